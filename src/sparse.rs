//! Sparse rows.

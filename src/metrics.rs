//! Arithmetic of evaluation.

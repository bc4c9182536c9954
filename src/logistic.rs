//! Sparse logistic regression.

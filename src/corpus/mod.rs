//! Where comments come from: tables, exported pages, folds.

pub mod thread;

//! The commands a desk decides with: threshold, compare, drift, sample.
#![allow(clippy::disallowed_methods, reason = "tests read and write files of their own")]

mod compare;
mod drift;
mod learning;
mod sample;
mod threshold;
mod util;

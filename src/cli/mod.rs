//! The command line: the only place that opens paths.

pub mod lock;
pub mod output;
pub mod paths;
pub mod rejects;

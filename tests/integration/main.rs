//! Drives the real executable, a fresh directory per test.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "tests open paths and say why they skip")]

mod docs;
mod evaluate;
mod explain;
mod format;
mod import;
mod inspect;
mod oracle;
mod properties;
mod regression;
mod score;
mod train;
mod util;

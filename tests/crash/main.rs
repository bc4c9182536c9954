//! The nightly job, killed, starved and disturbed: an output is whole or as it was.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "tests open paths and say why they skip")]

mod append;
mod desk;
mod faults;
mod kills;
mod locks;
mod resume;

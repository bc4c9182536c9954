//! The nightly job, killed, starved and disturbed: an output is whole or as it was.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests open files")]

mod append;
mod desk;
mod faults;
mod kills;
mod locks;
mod resume;

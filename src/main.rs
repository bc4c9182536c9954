//! netiquette
#![allow(clippy::disallowed_methods, reason = "the binary is where paths are opened and clocks read")]
#![allow(dead_code, reason = "the commands that call these rooms are written next door")]

mod cli;

fn main() {}

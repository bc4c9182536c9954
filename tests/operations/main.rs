//! Input and operations through the binary: one file per topic, a fresh folder per test.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "tests make files and say why they skip")]

mod config;
mod docs;
mod dry_run;
#[cfg(feature = "excel")]
mod excel;
mod generated;
mod inputs;
mod log;
mod markup;
mod models;
#[cfg(feature = "parquet")]
mod parquet;
mod same_bytes;
mod spreadsheet;
mod streams;
mod summary;
mod util;

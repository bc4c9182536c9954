//! Where comments come from: tables, exported pages, folds.

mod check;
pub mod columns;
mod csv;
pub mod decode;
pub mod dialect;
mod encoding;
#[cfg(feature = "excel")]
mod excel;
mod header;
#[cfg(feature = "html")]
pub mod html;
mod jsonl;
mod markup;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(test)]
mod properties;
mod read;
#[cfg(any(feature = "excel", feature = "parquet"))]
mod records;
mod row;
mod table;
#[cfg(test)]
mod tests;
pub mod thread;
mod window;

pub use check::SeenIds;
pub use columns::{Columns, Field, Mapping, Role, WEIGHT};
pub use decode::Container;
pub use dialect::Dialect;
pub use encoding::encoding;
pub use read::{Corpus, read_articles, read_corpus, read_corpus_with};
pub use row::{Code, Outcome, Reject, Row};
pub use table::{Format, MAX_TEXT, Options, Table};

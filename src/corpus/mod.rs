//! Where comments come from: tables, exported pages, folds.

pub mod columns;
mod csv;
pub mod decode;
pub mod dialect;
mod encoding;
mod jsonl;
mod read;
mod row;
mod table;
pub mod thread;
mod window;

pub use columns::{Columns, Field, Mapping, Role};
pub use dialect::Dialect;
pub use encoding::encoding;
pub use read::{Corpus, read_articles, read_corpus};
pub use row::{Code, Outcome, Reject, Row};
pub use table::{Format, MAX_TEXT, Options, SeenIds, Table};

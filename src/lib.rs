//! netiquette scores reader comments under news articles for **incivility** and for being
//! **off-topic relative to their article**.
//!
//! The flow, and the rooms it goes through:
//!
//! ```text
//! corpus   tables and pages → comments, articles, judgements
//! text     a comment → symbols that read the same however they were written
//! features symbols → hashed n-grams, heuristics, word-list hits, topic columns
//! prepared a corpus, measured once
//! logistic, sparse, head   what the numbers mean, learned from judgements
//! train    rows → model;  model → score;  explain → words;  evaluate → figures
//! near_duplicates   texts → those that repeat each other
//! audit    labelled rows → what is wrong with them
//! report   figures → one HTML file
//! batch    a table in memory;  compare, drift, sample → a desk's decisions over it
//! threshold, prevalence, metrics   arithmetic only
//! ```
//!
//! The library opens no path, reads no clock and prints nothing; the command line does.
//!
//! ```
//! use netiquette::features::{Extraction, topic::{ArticleTokens, Context}};
//!
//! let (model, id) = netiquette::model::file::embedded()?;
//! let article = ArticleTokens::new("Stadtrat beschließt Tram", "", "Die Linie kostet 40 Millionen.");
//! let mut one = Extraction::default();
//! model.extractor.extract("Endlich kommt die Tram!", &mut one);
//! let context = Context { article: Some(&article), ..Context::default() };
//! let scores = model.score(&one, &one.bag, &context);
//! assert_eq!(scores.len(), model.labels.len());
//! assert_eq!(id.to_string().len(), 12);
//! # Ok::<(), netiquette::Error>(())
//! ```

pub mod audit;
pub mod batch;
pub mod comment;
pub mod compare;
pub mod corpus;
pub mod drift;
pub mod error;
pub mod escape;
pub mod evaluate;
pub mod explain;
pub mod features;
mod hashed;
pub mod head;
pub mod logistic;
pub mod memo;
pub mod metrics;
pub mod model;
pub mod near_duplicates;
pub mod prepared;
pub mod prevalence;
pub mod reading;
pub mod report;
pub mod sample;
pub mod scorer;
pub mod silver;
pub mod sparse;
pub mod stream;
pub mod text;
pub mod threshold;
pub mod train;

pub use comment::{Article, Comment, Example};
pub use error::{Error, Result};
pub use model::Model;

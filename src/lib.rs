//! netiquette
pub mod comment;
pub mod corpus;
pub mod error;
pub mod logistic;
pub mod metrics;
pub mod sparse;
pub mod threshold;

pub use comment::{Article, Comment, Example};
pub use error::{Error, Result};

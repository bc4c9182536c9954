//! netiquette
pub mod comment;
pub mod corpus;
pub mod error;
pub mod escape;
pub mod logistic;
pub mod metrics;
pub mod model;
pub mod prepared;
pub mod sparse;
pub mod text;
pub mod threshold;
pub mod train;

pub use comment::{Article, Comment, Example};
pub use error::{Error, Result};

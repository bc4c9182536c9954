//! From scores to decisions: the cut that does what a desk wants, on held-out scores.
//!
//! [`Objective`] is the wish, written `max recall @ precision >= 0.9` and the like; [`choose`] finds
//! the cut or says why the rows cannot give it; [`three_way`] sets two cuts (publish, review, hold).
//!
//! Labelled samples are enriched with problems, so every figure can be restated for the real share
//! of problems in the stream (`prevalence`), keeping the rates within each class.
//!
//! Intervals are for a cut given beforehand. They do not count that the cut was picked on the same
//! rows, which flatters it a little; fresh rows give the plain truth.

mod bands;
mod choose;
mod evidence;
mod objective;
mod operating_point;
mod query;
mod refusal;
mod support;

pub use bands::{Bands, ThreeWay, bands_at, three_way};
pub use choose::{Answer, Choice, choose, printed_cut};
pub use evidence::Evidence;
pub use objective::Objective;
pub use operating_point::OperatingPoint;
pub use refusal::Refusal;
pub use support::Support;

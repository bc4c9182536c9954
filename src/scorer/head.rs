//! The second stage, taken apart: what the text of a comment adds to it whatever the comment
//! stands under, and what comes of that under an article. Every sum keeps the order of the
//! model's, so it is that of [`LabelModel::probability`] to the bit.

use crate::features::ngram::Space;
use crate::logistic::sigmoid;
use crate::model::{LabelModel, rounded};

/// The columns that a head uses.
#[derive(Clone, Debug)]
pub struct Head {
    intercept: f64,
    /// Those of the text, up to the first that is not.
    leading: Vec<Column>,
    /// From there on.
    rest: Vec<Column>,
}

#[derive(Clone, Copy, Debug)]
struct Column {
    place: Place,
    weight: f64,
    mean: f64,
}

/// Where the value of a column is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Among the margins of the label's blocks, then their peaks.
    Margin(usize),
    Scalar(usize),
    /// Among the margins by pairs, in the same order.
    Pair(usize),
    Topic(usize),
}

impl Place {
    fn is_of_text(self) -> bool {
        matches!(self, Self::Margin(_) | Self::Scalar(_))
    }
}

impl Column {
    fn term(&self, value: f64) -> f64 {
        self.weight * (value - self.mean)
    }
}

impl Head {
    /// That of `label`, in a model with so many `scalars`.
    pub fn new(label: &LabelModel, scalars: usize) -> Self {
        let (blocks, head) = (label.blocks.len(), &label.head);
        let place = |column: usize| match column.checked_sub(2 * blocks) {
            None if label.blocks[column % blocks].space == Space::Pairs => Place::Pair(column),
            None => Place::Margin(column),
            Some(shared) if shared < scalars => Place::Scalar(shared),
            Some(shared) => Place::Topic(shared - scalars),
        };
        let all = head.weights.iter().zip(&head.means).enumerate();
        let all = all.map(|(i, (&weight, &mean))| Column { place: place(i), weight, mean });
        // What a column without weight adds is nothing.
        let mut leading: Vec<Column> = all.filter(|column| column.weight != 0.0).collect();
        let others = leading.iter().position(|column| !column.place.is_of_text());
        let rest = leading.split_off(others.unwrap_or(leading.len()));
        Self { intercept: head.intercept, leading, rest }
    }

    /// Whether scalar `i` is used.
    pub fn uses_scalar(&self, i: usize) -> bool {
        self.columns().any(|column| matches!(column.place, Place::Scalar(scalar) if scalar == i))
    }

    /// Whether topic column `i` is used.
    pub fn uses_topic(&self, i: usize) -> bool {
        self.columns().any(|column| matches!(column.place, Place::Topic(topic) if topic == i))
    }

    fn columns(&self) -> impl Iterator<Item = &Column> {
        self.leading.iter().chain(&self.rest)
    }

    /// Number of terms of a text.
    pub fn width(&self) -> usize {
        1 + self.rest.iter().filter(|column| column.place.is_of_text()).count()
    }

    /// Appends what a text adds: the sum up to the first column that is not of the text, then one
    /// by one what those behind it add.
    pub fn terms(&self, margins: &[f64], scalars: &[f64], terms: &mut Vec<f64>) {
        let term = |column: &Column| match column.place {
            Place::Margin(i) => Some(column.term(margins[i])),
            Place::Scalar(i) => Some(column.term(scalars[i])),
            Place::Pair(_) | Place::Topic(_) => None,
        };
        terms.push(self.leading.iter().filter_map(term).sum());
        terms.extend(self.rest.iter().filter_map(term));
    }

    /// The probability of a comment whose text adds `terms`.
    pub fn probability(&self, terms: &[f64], pairs: &[f64], topic: &[f64]) -> f64 {
        let (mut sum, mut terms) = (terms[0], terms[1..].iter());
        for column in &self.rest {
            sum += match column.place {
                Place::Margin(_) | Place::Scalar(_) => terms.next().copied().unwrap_or_default(),
                Place::Pair(i) => column.term(pairs[i]),
                Place::Topic(i) => column.term(topic[i]),
            };
        }
        rounded(sigmoid(self.intercept + sum))
    }
}

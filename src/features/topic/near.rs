//! How near a comment lies to its article and to the other comments, in the space.

use super::article::{ArticleTokens, TITLE};
use super::bag::{Bag, Token};
use super::subspace::{DIMENSIONS, Place, Position, Subspace};

/// What a mention in the title weighs, one in lead or body being 1.
const TITLE_WEIGHT: i64 = 4;

/// Where the comments of a thread, taken together, and its article lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    thread: Position,
    article: Position,
}

/// Where a comment lies, and where article and thread are from there.
#[derive(Clone, Debug)]
pub(super) struct Near {
    position: Position,
    directions: [[f64; DIMENSIONS]; 2],
}

impl Subspace {
    /// Where a thread of these counts and its article lie.
    pub(super) fn places(
        &self,
        thread: impl Iterator<Item = (Token, u16)>,
        article: Option<&ArticleTokens>,
    ) -> Places {
        let mut places = Places::default();
        for (token, count) in thread {
            places.thread.add(self.place(token), i64::from(count));
        }
        for (token, parts) in article.into_iter().flat_map(ArticleTokens::tokens) {
            let times = i64::from(parts & TITLE != 0) * TITLE_WEIGHT + i64::from(parts > TITLE);
            places.article.add(self.place(token), times);
        }
        places
    }

    /// How near a comment lies to an article and, where it `has_others`, to those others of a
    /// thread that it is counted into.
    pub(super) fn near(&self, comment: &Bag, places: &Places, has_others: bool) -> Near {
        let position = self.position(comment);
        let others = if has_others { places.thread.without(&position) } else { Position::default() };
        let directions = [position.direction_to(&places.article), position.direction_to(&others)];
        Near { position, directions }
    }
}

impl Near {
    /// The cosines to article and thread; 0 where one of the two lies nowhere.
    pub(super) fn cosines(&self) -> [f64; 2] {
        self.directions.each_ref().map(|direction| self.position.along(direction))
    }

    /// What a token at `place` adds to them.
    pub(super) fn shares(&self, place: &Place) -> [f64; 2] {
        let along =
            |direction: &[f64; DIMENSIONS]| place.iter().zip(direction).map(|(&v, d)| f64::from(v) * d).sum();
        self.directions.each_ref().map(along)
    }
}

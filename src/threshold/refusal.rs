//! When no cut does what was wished for.

use super::Objective;
use crate::metrics::Confusion;
use serde::Serialize;
use std::fmt;

/// Why there is no cut.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// One of the classes is absent.
    OneClass {
        /// Problems among the rows.
        positives: u64,
        /// Fine rows.
        negatives: u64,
    },
    /// No cut reaches the precision.
    PrecisionOutOfReach {
        /// The highest precision of any cut.
        best: f64,
    },
    /// The rows that tie at the highest score are already more than the flags allowed.
    TooManyAtTheTop {
        /// Their share of all comments.
        share: f64,
        /// The share allowed.
        allowed: f64,
    },
    /// Every cut costs at least as much as flagging nothing.
    NothingIsCheaper,
}

impl Refusal {
    /// Why none of `streams` (what each cut does, the highest first) is good enough.
    pub(super) fn of(objective: Objective, streams: &[Confusion]) -> Self {
        match objective {
            Objective::Cost { .. } => Self::NothingIsCheaper,
            Objective::FlagRateAtMost(_) | Objective::Budget { .. } => Self::TooManyAtTheTop {
                share: streams.first().and_then(Confusion::flagged_share).unwrap_or(0.0),
                allowed: objective.allowed_rate(),
            },
            _ => {
                let best = streams.iter().filter_map(Confusion::precision).fold(0.0, f64::max);
                Self::PrecisionOutOfReach { best }
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneClass { positives, negatives } => {
                write!(
                    f,
                    "a cut needs both classes, but there are {positives} problems and {negatives} fine rows"
                )
            }
            Self::PrecisionOutOfReach { best } => {
                write!(f, "no cut reaches this precision; the best is {best:.3}")
            }
            Self::TooManyAtTheTop { share, allowed } => write!(
                f,
                "{:.2}% of the comments share the highest score, more than the {:.2}% allowed",
                100.0 * share,
                100.0 * allowed
            ),
            Self::NothingIsCheaper => f.write_str("at these costs no cut is cheaper than flagging nothing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_why_in_words() {
        for (refusal, words) in [
            (
                Refusal::OneClass { positives: 0, negatives: 7 },
                "a cut needs both classes, but there are 0 problems and 7 fine rows",
            ),
            (Refusal::PrecisionOutOfReach { best: 0.5 }, "no cut reaches this precision; the best is 0.500"),
            (
                Refusal::TooManyAtTheTop { share: 0.75, allowed: 0.5 },
                "75.00% of the comments share the highest score, more than the 50.00% allowed",
            ),
            (Refusal::NothingIsCheaper, "at these costs no cut is cheaper than flagging nothing"),
        ] {
            assert_eq!(refusal.to_string(), words);
        }
    }
}

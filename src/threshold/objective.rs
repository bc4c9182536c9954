//! What a desk may wish for.

use crate::error::{Error, Result};
use crate::metrics::Confusion;
use std::fmt;

/// What a cut shall achieve. Written and read as text by `Display` and `FromStr`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Objective {
    /// `max f1`: the best F1 of the problems.
    F1,
    /// `max macro_f1`: the best mean of the F1 of both classes.
    MacroF1,
    /// `max f_beta=2`: the best F-beta; recall counts beta times as much as precision.
    FBeta(f64),
    /// `max recall @ precision >= 0.9`: catch the most while this share of the flags is right.
    PrecisionAtLeast(f64),
    /// `max precision @ recall >= 0.8`: the fewest false flags while this share is caught.
    RecallAtLeast(f64),
    /// `flag rate <= 5%`: fill this share of all comments with flags.
    FlagRateAtMost(f64),
    /// `budget 200 per day` or `budget 200 of 4000 per day`: fill what people can read.
    Budget {
        /// Comments people can read a day.
        per_day: f64,
        /// Comments that arrive a day; needed before a cut can be chosen.
        volume_per_day: Option<f64>,
    },
    /// `cost fn=5 fp=1`: the least total cost of mistakes.
    Cost {
        /// What a problem that slips costs.
        fn_cost: f64,
        /// What a false flag costs, in the same unit.
        fp_cost: f64,
    },
}

impl Objective {
    /// The same wish with the day's volume, if it is a budget that does not know it yet.
    pub fn with_volume(self, volume: f64) -> Self {
        match self {
            Self::Budget { per_day, volume_per_day: None } => {
                Self::Budget { per_day, volume_per_day: Some(volume) }
            }
            known => known,
        }
    }

    /// The share of comments that may be flagged, 1 without a limit.
    pub(super) fn allowed_rate(self) -> f64 {
        match self {
            Self::FlagRateAtMost(rate) => rate,
            Self::Budget { per_day, volume_per_day: Some(volume) } => (per_day / volume).min(1.0),
            _ => 1.0,
        }
    }

    /// How good the cells are, first figure first; `None` where the wish is not met.
    pub(super) fn worth(self, cells: &Confusion) -> Option<(f64, f64)> {
        let alone = |figure: Option<f64>| figure.map(|figure| (figure, 0.0));
        let (precision, recall, rate) = (cells.precision()?, cells.recall()?, cells.flagged_share()?);
        match self {
            Self::F1 => alone(cells.f1()),
            Self::MacroF1 => alone(cells.macro_f1()),
            Self::FBeta(beta) => alone(cells.f_beta(beta)),
            Self::PrecisionAtLeast(bound) => (precision >= bound - ROUNDING).then_some((recall, precision)),
            Self::RecallAtLeast(bound) => (recall >= bound - ROUNDING).then_some((precision, recall)),
            Self::FlagRateAtMost(_) | Self::Budget { .. } => {
                (rate <= self.allowed_rate() + ROUNDING).then_some((rate, 0.0))
            }
            Self::Cost { fn_cost, fp_cost } => {
                let saved = fn_cost * cells.tp - fp_cost * cells.fp;
                (saved > 0.0).then_some((saved, 0.0))
            }
        }
    }

    /// Refuses numbers outside their range: shares lie above 0 and at most at 1, everything else
    /// above 0 and at most at 10^12.
    ///
    /// # Errors
    /// [`Kind::Parameter`](crate::error::Kind::Parameter), naming the number and its range.
    pub fn validate(self) -> Result<Self> {
        match self {
            Self::F1 | Self::MacroF1 => Ok(()),
            Self::FBeta(beta) => positive("f_beta", beta),
            Self::PrecisionAtLeast(share) => share_of_one("precision", share),
            Self::RecallAtLeast(share) => share_of_one("recall", share),
            Self::FlagRateAtMost(share) => share_of_one("flag rate", share),
            Self::Budget { per_day, volume_per_day } => {
                positive("budget", per_day).and(volume_per_day.map_or(Ok(()), |v| positive("volume", v)))
            }
            Self::Cost { fn_cost, fp_cost } => positive("fn", fn_cost).and(positive("fp", fp_cost)),
        }
        .map(|()| self)
    }
}

/// Slack for a bound that is met but for the last bits of a division.
const ROUNDING: f64 = 1e-12;

/// The largest number that is not a share: its square times a count is still finite.
const LARGEST: f64 = 1e12;

fn positive(name: &str, number: f64) -> Result<()> {
    match number > 0.0 && number <= LARGEST {
        true => Ok(()),
        false => {
            Err(Error::parameter(format!("{name} is {number}, but must be above 0 and at most {LARGEST}")))
        }
    }
}

fn share_of_one(name: &str, share: f64) -> Result<()> {
    match share > 0.0 && share <= 1.0 {
        true => Ok(()),
        false => Err(Error::parameter(format!(
            "{name} is {share}, but must be a share above 0 and at most 1, such as 0.9 or 90%"
        ))),
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::F1 => f.write_str("max f1"),
            Self::MacroF1 => f.write_str("max macro_f1"),
            Self::FBeta(beta) => write!(f, "max f_beta={beta}"),
            Self::PrecisionAtLeast(share) => write!(f, "max recall @ precision >= {share}"),
            Self::RecallAtLeast(share) => write!(f, "max precision @ recall >= {share}"),
            Self::FlagRateAtMost(share) => write!(f, "flag rate <= {share}"),
            Self::Budget { per_day, volume_per_day: None } => write!(f, "budget {per_day} per day"),
            Self::Budget { per_day, volume_per_day: Some(volume) } => {
                write!(f, "budget {per_day} of {volume} per day")
            }
            Self::Cost { fn_cost, fp_cost } => write!(f, "cost fn={fn_cost} fp={fp_cost}"),
        }
    }
}

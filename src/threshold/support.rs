//! Can the rows prove that the wish is kept?

use super::{Objective, OperatingPoint};
use crate::metrics::Confusion;
use serde::Serialize;

/// How well the rows carry a wish with a bound (precision, recall, flag rate, budget).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// The wish has no bound.
    Unbounded,
    /// The whole 95 % interval keeps the bound.
    Assured,
    /// The value keeps the bound, but its interval reaches across: as likely as not it will be
    /// missed by a little.
    Unproven,
    /// The rows are too few for any proof: even if not one decision had been wrong, the interval
    /// would reach across.
    TooFew,
}

impl Support {
    /// Judges the point chosen for `objective`, at the prevalence it was chosen for.
    pub(super) fn of(objective: Objective, point: &OperatingPoint, prevalence: Option<f64>) -> Self {
        let counts = point.counts;
        let flawless = Confusion { fp: 0.0, tn: counts.negatives(), ..counts };
        let complete = Confusion { tp: counts.positives(), fn_: 0.0, ..counts };
        let precise =
            |counts, bound| OperatingPoint::of(counts, prevalence).precision.is_some_and(|e| e.low >= bound);
        let caught =
            |counts, bound| OperatingPoint::of(counts, prevalence).recall.is_some_and(|e| e.low >= bound);
        let (kept, provable) = match objective {
            Objective::PrecisionAtLeast(bound) => (precise(counts, bound), precise(flawless, bound)),
            Objective::RecallAtLeast(bound) => (caught(counts, bound), caught(complete, bound)),
            Objective::FlagRateAtMost(_) | Objective::Budget { .. } => {
                (point.flagged_share.is_some_and(|rate| rate.high <= objective.allowed_rate()), true)
            }
            _ => return Self::Unbounded,
        };
        match (kept, provable) {
            (true, _) => Self::Assured,
            (false, true) => Self::Unproven,
            (false, false) => Self::TooFew,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, choose};
    use super::*;
    use crate::metrics::Ranking;
    use crate::metrics::fixture::sample;

    fn support_of((scores, labels): &(Vec<f64>, Vec<bool>), wish: &str, prevalence: Option<f64>) -> Support {
        let ranking = Ranking::new(scores, labels).unwrap();
        match choose(&ranking, wish.parse().unwrap(), prevalence).unwrap() {
            Answer::Cut(choice) => choice.support,
            Answer::Refused(refusal) => panic!("{wish}: {refusal}"),
        }
    }

    #[test]
    fn says_how_well_the_rows_carry_the_wish() {
        let many = sample(3, 4000);
        for (rows, wish, prevalence, support) in [
            (&many, "f1", None, Support::Unbounded),
            (&many, "max recall @ precision >= 0.8", None, Support::Unproven),
            (&many, "max precision @ recall >= 0.8", None, Support::Unproven),
            (&many, "flag rate <= 30%", None, Support::Unproven),
            (&many, "budget 9000 of 9000 per day", None, Support::Assured),
            // Two rows with every wish fulfilled still prove nothing.
            (&(vec![0.9, 0.1], vec![true, false]), "max recall @ precision >= 0.9", None, Support::TooFew),
            (&(vec![0.9, 0.1], vec![true, false]), "max precision @ recall >= 0.9", None, Support::TooFew),
            // Separable: no false flag in 10,000 proves 90 % at a third problems, not at 1 in 10,000.
            (&separable(), "max recall @ precision >= 0.9", Some(0.3), Support::Assured),
            (&separable(), "max recall @ precision >= 0.9", Some(1e-4), Support::TooFew),
            (&separable(), "max precision @ recall >= 0.9", Some(1e-4), Support::Assured),
        ] {
            assert_eq!(support_of(rows, wish, prevalence), support, "{wish} {prevalence:?}");
        }
    }

    fn separable() -> (Vec<f64>, Vec<bool>) {
        (0..3000).map(|row| (f64::from(row) / 3000.0, row >= 2000)).unzip()
    }
}

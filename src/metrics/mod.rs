//! Figures of merit, their uncertainty, and distances between samples: arithmetic only.
//!
//! Shared conventions:
//! - `labels[i]` is true where row `i` is a problem (the positive class); `scores[i]` grows with
//!   the suspicion. Rows nobody judged are left out by the caller.
//! - A row is flagged when `score >= cut`.
//! - A rate with nothing to divide by is `None`, never 0 and never NaN.
//! - Whatever draws random numbers takes a seed and gives the same bits for any number of threads.

mod agreement;
mod bootstrap;
mod calibration;
mod confusion;
mod curve;
#[cfg(test)]
pub(crate) mod fixture;
mod interval;
mod random;
mod ranking;
mod shift;

pub use agreement::{McNemar, krippendorff_alpha, mcnemar};
pub use bootstrap::{Bootstrap, PairedEstimate};
pub use calibration::{
    Binning, ReliabilityBin, brier, calibration_error, expected_calibration_error, log_loss, reliability,
};
pub use confusion::Confusion;
pub use curve::{PrecisionRecallPoint, RocPoint};
pub use interval::{Estimate, FEW, too_few, wilson};
pub(crate) use interval::{ratio, weighted_sum};
pub use random::SplitMix64;
pub use ranking::{Ranking, Step, average_precision, roc_auc};
pub use shift::{
    KolmogorovSmirnov, kolmogorov_smirnov, population_stability_index, psi_of_counts, quantile_edges,
};

/// `numerator / denominator`, or `None` where that is not a finite number.
fn quotient(numerator: f64, denominator: f64) -> Option<f64> {
    Some(numerator / denominator).filter(|rate| rate.is_finite())
}

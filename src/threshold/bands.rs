//! Two cuts for desks that publish, review, or hold.

use super::{Answer, Evidence, Objective, OperatingPoint, Refusal, choose};
use crate::error::{Error, Result};
use crate::metrics::{Confusion, Estimate};
use serde::Serialize;

/// What happens to comments below, between and above two cuts. In each band's point, "flagged"
/// reads "in this band": `flagged_share` is its part of the workload, `precision` its share of
/// problems, `recall` its part of all problems.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bands {
    /// A comment is published unseen below this score.
    pub review_from: f64,
    /// A comment is held at or above this score; never below `review_from`.
    pub hold_from: f64,
    /// Published unseen; its error is `precision`, the problems that slip.
    pub publish: OperatingPoint,
    /// Read by people.
    pub review: OperatingPoint,
    /// Held; its error is `1 − precision`, the fine comments that suffer.
    pub hold: OperatingPoint,
}

/// Two cuts, or why there are none.
#[derive(Clone, Debug, PartialEq)]
pub enum ThreeWay {
    /// The bands.
    Bands(Box<Bands>),
    /// The wish for the cut between publishing and reviewing cannot be met.
    ReviewRefused(Refusal),
    /// The wish for the cut between reviewing and holding cannot be met.
    HoldRefused(Refusal),
}

/// Chooses the review cut under one objective (say `max precision @ recall >= 0.95`) and the hold
/// cut under another (say `max recall @ precision >= 0.9`).
///
/// Where the hold cut comes out below the review cut, one decision serves both wishes: review is
/// then empty and both cuts are the lower of the two.
///
/// # Errors
/// Those of [`choose`].
pub fn three_way(
    evidence: impl Into<Evidence>,
    review: Objective,
    hold: Objective,
    prevalence: Option<f64>,
) -> Result<ThreeWay> {
    let evidence = evidence.into();
    let review_from = match choose(evidence.clone(), review, prevalence)? {
        Answer::Cut(choice) => choice.cut,
        Answer::Refused(refusal) => return Ok(ThreeWay::ReviewRefused(refusal)),
    };
    let hold_from = match choose(evidence.clone(), hold, prevalence)? {
        Answer::Cut(choice) => choice.cut,
        Answer::Refused(refusal) => return Ok(ThreeWay::HoldRefused(refusal)),
    };
    bands_at(evidence, review_from.min(hold_from), hold_from, prevalence)
        .map(|bands| ThreeWay::Bands(Box::new(bands)))
}

/// Measures the bands of two given cuts.
///
/// # Errors
/// [`Kind::Parameter`](crate::error::Kind::Parameter) unless `review_from <= hold_from`.
pub fn bands_at(
    evidence: impl Into<Evidence>,
    review_from: f64,
    hold_from: f64,
    prevalence: Option<f64>,
) -> Result<Bands> {
    if review_from.is_nan() || hold_from.is_nan() || review_from > hold_from {
        return Err(Error::parameter(format!(
            "review starts at {review_from}, but must not start above holding, at {hold_from}"
        )));
    }
    let evidence = evidence.into();
    let prevalence = prevalence.or(evidence.prevalence());
    let all = evidence.totals();
    let [above_review, above_hold] = [review_from, hold_from].map(|cut| evidence.at_or_above(cut));
    let between = |from: [f64; 2], to: [f64; 2]| {
        let [tp, fp] = [from[0] - to[0], from[1] - to[1]].map(|rows| rows.max(0.0));
        let [fn_, tn] = [all[0] - tp, all[1] - fp].map(|rows| rows.max(0.0));
        OperatingPoint::of(Confusion { tp, fp, fn_, tn }, prevalence)
    };
    Ok(Bands {
        review_from,
        hold_from,
        publish: between(all, above_review),
        review: between(above_review, above_hold),
        hold: between(above_hold, [0.0; 2]),
    })
}

impl Bands {
    /// The same cuts where the prevalence is an estimate: as [`Choice::under`](super::Choice::under).
    pub fn under(self, prevalence: Estimate) -> Self {
        let ends = [prevalence.low, prevalence.high].map(|share| share.clamp(1e-9, 1.0 - 1e-9));
        let widened = |point: OperatingPoint| {
            point.widened(&ends.map(|share| OperatingPoint::at_prevalence(point.counts, share)))
        };
        Self {
            publish: widened(self.publish),
            review: widened(self.review),
            hold: widened(self.hold),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::fixture::{coarse, fine};
    use crate::metrics::{Ranking, wilson};

    fn wish(text: &str) -> Objective {
        text.parse().unwrap()
    }

    #[test]
    fn bands_split_the_rows() {
        let (scores, labels) = coarse();
        let ranking = Ranking::new(&scores, &labels).unwrap();
        let bands = bands_at(&ranking, 0.375, 0.625, None).unwrap();
        let inside = |from: f64, to: f64| {
            let rows = scores.iter().zip(&labels).filter(|(s, _)| from <= **s && **s < to);
            rows.fold([0.0; 2], |[tp, fp], (_, &label)| if label { [tp + 1.0, fp] } else { [tp, fp + 1.0] })
        };
        for (point, from, to) in
            [(bands.publish, -1.0, 0.375), (bands.review, 0.375, 0.625), (bands.hold, 0.625, 2.0)]
        {
            let [tp, fp] = inside(from, to);
            assert_eq!([point.counts.tp, point.counts.fp], [tp, fp]);
            assert_eq!(point.precision, wilson(tp, tp + fp));
            assert_eq!(point.flagged_share, wilson(tp + fp, 200.0));
        }
    }

    #[test]
    fn shares_sum_to_one_at_any_prevalence() {
        let (scores, labels) = fine();
        let ranking = Ranking::new(&scores, &labels).unwrap();
        let (review, hold) = (wish("max precision @ recall >= 0.95"), wish("max recall @ precision >= 0.8"));
        for prevalence in [None, Some(0.2)] {
            let ThreeWay::Bands(bands) = three_way(&ranking, review, hold, prevalence).unwrap() else {
                panic!("both wishes can be met");
            };
            assert!(bands.review_from < bands.hold_from);
            let points = [bands.publish, bands.review, bands.hold];
            let sum = |rate: fn(&OperatingPoint) -> Option<f64>| points.iter().filter_map(rate).sum::<f64>();
            assert!((sum(|p| p.flagged_share.map(|e| e.value)) - 1.0).abs() < 1e-12);
            assert!((sum(|p| p.recall.map(|e| e.value)) - 1.0).abs() < 1e-12);
            assert!(bands.publish.recall.is_some_and(|slipped| slipped.value <= 0.05 + 1e-12));
            assert!(bands.hold.precision.is_some_and(|right| right.value >= 0.8 - 1e-12));
        }
    }

    #[test]
    fn a_hold_cut_below_the_review_cut_leaves_nothing_to_review() {
        let (scores, labels) = fine();
        let ranking = Ranking::new(&scores, &labels).unwrap();
        let lax = three_way(
            &ranking,
            wish("max precision @ recall >= 0.1"),
            wish("max recall @ precision >= 0.4"),
            None,
        );
        let ThreeWay::Bands(bands) = lax.unwrap() else { panic!("both wishes can be met") };
        assert_eq!(bands.review_from, bands.hold_from);
        assert_eq!(bands.review.counts.flagged(), 0.0);
        assert!(bands.hold.recall.is_some_and(|caught| caught.value >= 0.1));
    }

    #[test]
    fn says_which_wish_cannot_be_met() {
        let ranking = Ranking::new(&[0.9, 0.9, 0.1], &[true, false, false]).unwrap();
        let (easy, hard) = (wish("f1"), wish("max recall @ precision >= 0.9"));
        let refusal = Refusal::PrecisionOutOfReach { best: 0.5 };
        assert_eq!(three_way(&ranking, easy, hard, None).unwrap(), ThreeWay::HoldRefused(refusal));
        assert_eq!(three_way(&ranking, hard, easy, None).unwrap(), ThreeWay::ReviewRefused(refusal));
        assert!(bands_at(&ranking, 0.6, 0.5, None).is_err());
        assert!(bands_at(&ranking, f64::NAN, 0.5, None).is_err());
    }
}

//! The search for the cut.

use super::{Evidence, Objective, OperatingPoint, Refusal, Support};
use crate::error::{Error, Result};
use crate::metrics::{Confusion, Estimate};
use serde::Serialize;

/// A cut, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// The best cut.
    Cut(Choice),
    /// These rows cannot give what was wished for.
    Refused(Refusal),
}

/// The best cut under an objective.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Rows with `score >= cut` are flagged. Midway between two neighbouring distinct scores, or
    /// the lowest score when everything is flagged.
    pub cut: f64,
    /// What it does.
    pub point: OperatingPoint,
    /// How well the rows carry the wish.
    pub support: Support,
}

/// The best cut for `objective` on held-out rows, rates restated for a stream in which `prevalence`
/// of the comments are problems (`None`: as among the rows, by their weights if they have any).
///
/// Among equally good cuts the highest is taken, thus the fewest flags; a flag rate or a budget is
/// filled as far as ties permit. At least one row is always flagged.
///
/// # Errors
/// [`Kind::Parameter`](crate::error::Kind::Parameter) when a number is out of its range, or a
/// budget does not know the day's volume.
pub fn choose(
    evidence: impl Into<Evidence>,
    objective: Objective,
    prevalence: Option<f64>,
) -> Result<Answer> {
    let evidence = evidence.into();
    objective.validate()?;
    let prevalence = prevalence.or(evidence.prevalence());
    if let Some(share) = prevalence.filter(|share| !(*share > 0.0 && *share < 1.0)) {
        return Err(Error::parameter(format!("the prevalence is {share}, but must lie between 0 and 1")));
    }
    if let Objective::Budget { volume_per_day: None, .. } = objective {
        return Err(Error::parameter(
            "a budget needs to know how many comments arrive a day: give the volume",
        ));
    }
    let [positives, negatives] = evidence.totals().map(|rows| rows.round() as u64);
    if positives == 0 || negatives == 0 {
        return Ok(Answer::Refused(Refusal::OneClass { positives, negatives }));
    }
    let streams: Vec<Confusion> =
        (0..evidence.len()).map(|at| stream(evidence.cells(at), prevalence)).collect();
    Ok(match best(objective, &streams) {
        None => Answer::Refused(Refusal::of(objective, &streams)),
        Some(at) => {
            let point = OperatingPoint::of(evidence.cells(at), prevalence);
            Answer::Cut(Choice {
                cut: cut_below(&evidence, at),
                support: Support::of(objective, &point, prevalence),
                point,
            })
        }
    })
}

impl Choice {
    /// The same cut where the prevalence is an estimate: every interval reaches from the lowest to
    /// the highest of those at both its ends, and the support is the weaker of the two. Wider than
    /// need be, for both uncertainties seldom push the same way.
    pub fn under(self, objective: Objective, prevalence: Estimate) -> Self {
        let inside = |share: f64| share.clamp(1e-9, 1.0 - 1e-9);
        let ends = [prevalence.low, prevalence.high].map(|share| {
            let point = OperatingPoint::at_prevalence(self.point.counts, inside(share));
            (point, Support::of(objective, &point, Some(inside(share))))
        });
        let support = ends.iter().map(|end| end.1).fold(self.support, Ord::max);
        Self { point: self.point.widened(&ends.map(|end| end.0)), support, ..self }
    }
}

/// `cut` rounded up to the four decimals of a printed score: the same rows reach it.
pub fn printed_cut(cut: f64) -> f64 {
    (cut * 1e4 - 1e-6).ceil() / 1e4
}

/// The counts as they stand, or as shares of a stream with the given prevalence.
fn stream(cells: Confusion, prevalence: Option<f64>) -> Confusion {
    prevalence.and_then(|share| cells.at_prevalence(share)).unwrap_or(cells)
}

/// The index of the best stream; the first, thus the highest cut, among equals.
fn best(objective: Objective, streams: &[Confusion]) -> Option<usize> {
    let mut best: Option<(usize, (f64, f64))> = None;
    for (at, cells) in streams.iter().enumerate() {
        let Some(worth) = objective.worth(cells) else { continue };
        if best.is_none_or(|(_, record)| worth > record) {
            best = Some((at, worth));
        }
    }
    best.map(|(at, _)| at)
}

/// Midway between the scores of a step and of the next. Between two neighbouring floats there is
/// no middle: the step's own score then, as after the last step.
fn cut_below(evidence: &Evidence, at: usize) -> f64 {
    let here = evidence.score(at).unwrap_or(f64::INFINITY);
    let Some(next) = evidence.score(at + 1) else { return here };
    let middle = next.midpoint(here);
    if next < middle && middle < here { middle } else { here }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Ranking;
    use crate::metrics::fixture::{assert_close, coarse, fine};
    use proptest::prelude::*;

    fn ranking((scores, labels): &(Vec<f64>, Vec<bool>)) -> Ranking {
        Ranking::new(scores, labels).unwrap()
    }

    fn answer(rows: &(Vec<f64>, Vec<bool>), wish: &str, prevalence: Option<f64>) -> Answer {
        choose(&ranking(rows), wish.parse().unwrap(), prevalence).unwrap()
    }

    fn chosen(rows: &(Vec<f64>, Vec<bool>), wish: &str, prevalence: Option<f64>) -> Choice {
        match answer(rows, wish, prevalence) {
            Answer::Cut(choice) => choice,
            Answer::Refused(refusal) => panic!("{wish}: {refusal}"),
        }
    }

    #[test]
    fn cuts_equal_a_search_with_scikit_learn() {
        // scikit-learn 1.9.1 on fixture::fine(): precision_recall_curve, every threshold tried with
        // fbeta_score, f1_score(average="macro"), … and, where there is a prevalence, with the
        // sample_weight that gives it.
        for (wish, prevalence, [cut, precision, recall, flagged]) in [
            ("max f1", None, [0.4171270124055487, 0.45, 0.9152542372881356, 0.6]),
            ("max macro_f1", None, [0.5375876455593783, 0.5588235294117647, 0.6440677966101694, 0.34]),
            ("max f_beta=2", None, [0.3730575979836859, 0.41007194244604317, 0.9661016949152542, 0.695]),
            ("max recall @ precision >= 0.8", None, [0.6873476357803461, 0.8, 0.3389830508474576, 0.125]),
            (
                "max precision @ recall >= 80%",
                None,
                [0.4540087822934633, 0.4752475247524752, 0.8135593220338984, 0.505],
            ),
            ("flag rate <= 10%", None, [0.7229778849185307, 0.8, 0.2711864406779661, 0.1]),
            ("budget 200 of 4000 per day", None, [0.7778195529161556, 1.0, 0.1694915254237288, 0.05]),
            ("cost fn=5 fp=1", None, [0.4171270124055487, 0.45, 0.9152542372881356, 0.6]),
            (
                "max f1",
                Some(0.05),
                [0.7544927979529785, 0.6378029079159937, 0.23728813559322035, 0.018601995432143293],
            ),
            (
                "max macro_f1",
                Some(0.05),
                [0.7544927979529785, 0.6378029079159937, 0.23728813559322035, 0.018601995432143293],
            ),
            (
                "max f_beta=2",
                Some(0.05),
                [0.5375876455593783, 0.13742690058479548, 0.6440677966101694, 0.23433104940497662],
            ),
            (
                "max recall @ precision >= 0.3",
                Some(0.05),
                [0.6873476357803461, 0.3347181008902078, 0.33898305084745756, 0.050637095804784246],
            ),
            (
                "max precision @ recall >= 80%",
                Some(0.05),
                [0.4540087822934633, 0.1022650005288529, 0.8135593220338982, 0.3977701646832553],
            ),
            (
                "flag rate <= 10%",
                Some(0.05),
                [0.644418122159891, 0.22231331987891034, 0.423728813559322, 0.09529991585527109],
            ),
            (
                "budget 200 of 4000 per day",
                Some(0.05),
                [0.6921891656933491, 0.32339449541284415, 0.32203389830508466, 0.0497896381776656],
            ),
            (
                "cost fn=12 fp=1",
                Some(0.05),
                [0.6454409648252551, 0.2392263318629116, 0.423728813559322, 0.08856232720278884],
            ),
        ] {
            let choice = chosen(&fine(), wish, prevalence);
            assert_close(wish, Some(choice.cut), cut);
            assert_close(wish, choice.point.precision.map(|e| e.value), precision);
            assert_close(wish, choice.point.recall.map(|e| e.value), recall);
            assert_close(wish, choice.point.flagged_share.map(|e| e.value), flagged);
        }
    }

    #[test]
    fn says_why_there_is_no_cut() {
        let tops = (vec![0.9, 0.9, 0.9, 0.2], vec![true, false, false, true]);
        for (rows, wish, refusal) in [
            ((vec![0.5, 0.6], vec![true, true]), "f1", Refusal::OneClass { positives: 2, negatives: 0 }),
            ((vec![], vec![]), "f1", Refusal::OneClass { positives: 0, negatives: 0 }),
            (tops.clone(), "max recall @ precision >= 0.9", Refusal::PrecisionOutOfReach { best: 0.5 }),
            (tops.clone(), "flag rate <= 50%", Refusal::TooManyAtTheTop { share: 0.75, allowed: 0.5 }),
            (tops.clone(), "budget 1 of 4 per day", Refusal::TooManyAtTheTop { share: 0.75, allowed: 0.25 }),
            (tops, "cost fn=1 fp=1", Refusal::NothingIsCheaper),
        ] {
            assert_eq!(answer(&rows, wish, None), Answer::Refused(refusal), "{wish}");
        }
    }

    #[test]
    fn refuses_numbers_out_of_range() {
        let ranking = ranking(&fine());
        let message =
            |objective, prevalence| choose(&ranking, objective, prevalence).unwrap_err().to_string();
        assert!(message(Objective::F1, Some(1.0)).contains("prevalence is 1"));
        assert!(message(Objective::F1, Some(f64::NAN)).contains("prevalence is NaN"));
        assert!(message(Objective::RecallAtLeast(1.5), None).contains("recall is 1.5"));
        let budget = Objective::Budget { per_day: 200.0, volume_per_day: None };
        assert!(message(budget, None).contains("give the volume"));
    }

    #[test]
    fn a_cut_lies_midway_and_ties_go_to_the_fewer_flags() {
        let rows = |labels: [bool; 4]| (vec![0.8, 0.6, 0.4, 0.2], labels.to_vec());
        let first = rows([true, false, false, false]);
        assert_eq!(chosen(&first, "f1", None).cut, 0.8_f64.midpoint(0.6));
        assert_eq!(chosen(&first, "max precision @ recall >= 1", None).cut, 0.8_f64.midpoint(0.6));
        // F1 is 2/3 with the first row flagged and with all but one: (1 of 1, 1 of 2), (2 of 4, 2 of 2).
        let either = rows([true, false, false, true]);
        assert_eq!(chosen(&either, "f1", None).cut, 0.8_f64.midpoint(0.6));
        // Everything flagged: the lowest score itself. A budget above the volume does that too.
        assert_eq!(chosen(&either, "max precision @ recall >= 0.9", None).cut, 0.2);
        assert_eq!(chosen(&either, "budget 9 of 4 per day", None).cut, 0.2);
        // Between neighbouring floats there is no middle.
        let tight = (vec![0.5, 0.5_f64.next_down()], vec![true, false]);
        assert_eq!(chosen(&tight, "f1", None).cut, 0.5);
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter() {
        for (mut scores, mut labels) in [fine(), coarse()] {
            let before = answer(&(scores.clone(), labels.clone()), "macro_f1", Some(0.05));
            scores.reverse();
            labels.reverse();
            assert_eq!(answer(&(scores, labels), "macro_f1", Some(0.05)), before);
        }
    }

    proptest! {
        #[test]
        fn no_other_cut_does_better(
            rows in prop::collection::vec((0..15_u8, any::<bool>()), 1..40), bound in 0.05..1.0_f64,
        ) {
            let (scores, labels): (Vec<f64>, Vec<bool>) = rows.iter().map(|r| (f64::from(r.0), r.1)).unzip();
            let ranking = Ranking::new(&scores, &labels).unwrap();
            let at = |cut| Confusion::at_cut(&scores, &labels, cut);
            let Answer::Cut(recall) = choose(&ranking, Objective::PrecisionAtLeast(bound), None).unwrap() else {
                let reached = scores.iter().any(|&cut| at(cut).precision() >= Some(bound));
                prop_assert!(!reached || ranking.positives() == 0 || ranking.negatives() == 0);
                return Ok(());
            };
            // The choice counts what its own cut does.
            prop_assert_eq!(at(recall.cut), recall.point.counts);
            prop_assert!(at(recall.cut).precision() >= Some(bound));
            for &cut in scores.iter().filter(|&&cut| at(cut).precision() >= Some(bound)) {
                prop_assert!(at(cut).recall() <= at(recall.cut).recall());
            }
            if let Answer::Cut(filled) = choose(&ranking, Objective::FlagRateAtMost(bound), None).unwrap() {
                let rate = at(filled.cut).flagged_share();
                prop_assert!(rate <= Some(bound));
                let rates = scores.iter().map(|&cut| at(cut).flagged_share());
                prop_assert!(rates.into_iter().all(|other| other > Some(bound) || other <= rate));
            }
            if let Answer::Cut(f1) = choose(&ranking, Objective::F1, None).unwrap() {
                prop_assert!(scores.iter().all(|&cut| at(cut).f1() <= at(f1.cut).f1()));
            }
        }
    }
}

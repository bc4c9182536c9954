//! Where two models decide otherwise, and why.

use serde::Serialize;

use crate::explain::Explanation;
use crate::logistic::logit;

/// How alike two models decide on some rows, judged or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// What the rows have in common.
    pub slice: String,
    /// Their number.
    pub rows: usize,
    /// Rows decided alike.
    pub alike: usize,
    /// Flagged by the new model only.
    pub newly_flagged: usize,
    /// Flagged by the old model only.
    pub newly_free: usize,
    /// Cohen's kappa: agreement beyond what the two flag rates give by chance; `None` where both
    /// always decide the same one way.
    pub kappa: Option<f64>,
}

impl Agreement {
    /// Counts the pairs (flagged by the old, by the new model).
    pub fn of(slice: impl Into<String>, pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut cells = [[0_usize; 2]; 2];
        pairs.into_iter().for_each(|(old, new)| cells[usize::from(old)][usize::from(new)] += 1);
        let [[neither, newly_flagged], [newly_free, both]] = cells;
        let (alike, rows) = (neither + both, neither + both + newly_flagged + newly_free);
        let share = |n: usize| n as f64 / rows as f64;
        let (old, new) = (share(newly_free + both), share(newly_flagged + both));
        let chance = old * new + (1.0 - old) * (1.0 - new);
        let kappa = (share(alike) - chance) / (1.0 - chance);
        Self {
            slice: slice.into(),
            rows,
            alike,
            newly_flagged,
            newly_free,
            kappa: Some(kappa).filter(|k| k.is_finite()),
        }
    }
}

/// What moved a comment across the threshold.
#[derive(Clone, Debug, Serialize)]
pub struct Flip {
    /// Log-odds above the threshold, of the old and the new model.
    pub margins: [f64; 2],
    /// What each part adds to the difference of the two, the strongest in the direction of the
    /// flip first; they sum to it.
    pub tipped: Vec<(String, f64)>,
    /// The same by word: byte offsets into the text.
    pub words: Vec<([usize; 2], f64)>,
}

/// Parts of the sum that are no column.
const INTERCEPT: &str = "average comment";
const THRESHOLD: &str = "threshold";

impl Flip {
    /// The difference between two explanations of one comment. Blocks and columns of one name are
    /// set against each other.
    pub fn between(old: &Explanation, new: &Explanation) -> Self {
        let cut = |e: &Explanation| logit(e.threshold);
        let margins = [old, new].map(|e| e.logit - cut(e));
        let mut parts = std::collections::BTreeMap::from([
            (INTERCEPT, new.intercept - old.intercept),
            (THRESHOLD, cut(old) - cut(new)),
        ]);
        old.parts.iter().for_each(|p| *parts.entry(&p.name).or_default() -= p.contribution);
        new.parts.iter().for_each(|p| *parts.entry(&p.name).or_default() += p.contribution);
        let up = if margins[1] >= margins[0] { 1.0 } else { -1.0 };
        let mut tipped: Vec<(String, f64)> = parts.into_iter().map(|(n, c)| (n.to_owned(), c)).collect();
        tipped.sort_by(|a, b| (up * b.1).total_cmp(&(up * a.1)).then(a.0.cmp(&b.0)));
        let pairs = old.spans.iter().zip(&new.spans).filter(|(a, b)| a.bytes == b.bytes);
        let mut words: Vec<_> = pairs.map(|(a, b)| (b.bytes, b.contribution - a.contribution)).collect();
        words.sort_by(|a, b| (up * b.1).total_cmp(&(up * a.1)).then(a.0.cmp(&b.0)));
        Self { margins, tipped, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::topic::Context;
    use crate::metrics::fixture::{assert_close, coarse, fine};
    use crate::model::file::embedded;

    #[test]
    fn agreement_equals_scikit_learn() {
        // scikit-learn 1.9.1: cohen_kappa_score(coarse() >= 0.625, fine() >= 0.5).
        let old = coarse().0.into_iter().map(|score| score >= 0.625);
        let new = fine().0.into_iter().map(|score| score >= 0.5);
        let found = Agreement::of("all", old.zip(new));
        assert_close("kappa", found.kappa, 0.5622119815668203);
        assert_eq!(found.alike + found.newly_flagged + found.newly_free, 200);
        assert_eq!(Agreement::of("none", []).kappa, None);
        assert_eq!(Agreement::of("constant", [(true, true); 3]).kappa, None);
    }

    #[test]
    fn what_tipped_a_flip_sums_to_the_difference() {
        let (old, _) = embedded().unwrap();
        let mut new = old.clone();
        new.labels[0].threshold = 0.2;
        new.labels[0].head.weights[0] *= 1.5;
        let text = "Was für ein Unsinn, du Trottel!";
        let explain = |model| crate::explain::explain(model, text, &Context::default()).swap_remove(0);
        let (a, b) = (explain(&old), explain(&new));
        let flip = Flip::between(&a, &b);
        let sum: f64 = flip.tipped.iter().map(|t| t.1).sum();
        assert!((sum - (flip.margins[1] - flip.margins[0])).abs() < 1e-9);
        assert!(flip.tipped.iter().any(|(name, change)| name == THRESHOLD && *change > 0.0));
        assert_eq!(flip.words.len(), a.spans.len());
    }
}

//! Column weights: how much an n-gram says before anybody judged it (idf), and how
//! unevenly it falls on the two classes (naive-Bayes log-ratio).

use serde::{Deserialize, Serialize};

use crate::sparse::CsrMatrix;

/// How the columns of a block are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// Inverse document frequency.
    Idf,
    /// Inverse document frequency times the naive-Bayes log-ratio (Wang and Manning
    /// 2012, "Baselines and bigrams"): strong inside a corpus, weak across corpora.
    NaiveBayes,
}

impl Weighting {
    /// Name in models and explanations.
    pub fn name(self) -> &'static str {
        match self {
            Weighting::Idf => "idf",
            Weighting::NaiveBayes => "nb",
        }
    }
}

/// `idf_j = ln((1 + n) / (1 + df_j)) + 1`, scikit-learn's smoothed form; 0 for columns
/// in fewer than `floor` rows, which takes them out of margin and length alike.
pub fn idf(document_counts: &[u32], documents: usize, floor: u32) -> Vec<f64> {
    let n = documents as f64;
    let weigh = |&df: &u32| if df < floor { 0.0 } else { ((1.0 + n) / (1.0 + f64::from(df))).ln() + 1.0 };
    document_counts.iter().map(weigh).collect()
}

/// `r_j = ln((a + p_j) / |a + p|) − ln((a + q_j) / |a + q|)` with `p_j`, `q_j` the
/// numbers of positive and negative rows that hold column `j`, `a` the `smoothing`; rows
/// without a target are left out.
pub fn naive_bayes_ratio(
    matrix: &CsrMatrix,
    rows: impl Iterator<Item = (u32, Option<bool>)> + Clone,
    smoothing: f64,
) -> Vec<f64> {
    let of_class = |class: bool| {
        let rows = rows.clone().filter(|(_, t)| *t == Some(class)).map(|(i, _)| i as usize);
        let counts: Vec<f64> = matrix.column_counts(rows).iter().map(|&c| smoothing + f64::from(c)).collect();
        let total: f64 = counts.iter().sum();
        (counts, total)
    };
    let ((p, p_total), (q, q_total)) = (of_class(true), of_class(false));
    p.iter().zip(&q).map(|(p, q)| (p / p_total).ln() - (q / q_total).ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idf_is_the_smoothed_form_with_a_floor() {
        let weights = idf(&[0, 1, 3], 3, 1);
        assert_eq!(weights[0], 0.0);
        assert!((weights[1] - (2f64.ln() + 1.0)).abs() < 1e-12);
        assert!((weights[2] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_ratio_is_positive_where_the_column_is_on_positives() {
        let mut m = CsrMatrix::new(2);
        m.push_group([[(0, 1)]]);
        m.push_group([[(1, 1)]]);
        let r = naive_bayes_ratio(&m, [(0, Some(true)), (1, Some(false)), (1, None)].into_iter(), 1.0);
        assert!((r[0] - 2f64.ln()).abs() < 1e-12);
        assert!((r[1] + 2f64.ln()).abs() < 1e-12);
    }
}

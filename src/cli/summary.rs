//! `--summary FILE`: what became of a job, for the program that started it.

use std::collections::BTreeMap;
use std::io::Write;

use netiquette::Model;
use netiquette::corpus::Code;
use serde_json::{Map, Value, json};

use super::output::{Artifact, Committed};
use super::rejects::Tally;

/// Per label of the model, how many rows got a score and how many were flagged.
pub type Counts = Vec<[u64; 2]>;

/// Counts flags while a job runs, and is written when all else is.
pub struct Summary {
    out: Option<Artifact>,
    model_id: String,
    /// Name and threshold of the labels.
    labels: Vec<(String, f64)>,
    counts: Counts,
}

impl Summary {
    /// Begins the summary, if one is wanted.
    pub fn new(out: Option<Artifact>, model: &Model, model_id: String) -> Self {
        let labels: Vec<_> = model.labels.iter().map(|l| (l.name.clone(), l.threshold)).collect();
        Self { out, model_id, counts: vec![[0; 2]; labels.len()], labels }
    }

    /// Goes on with what an earlier job counted.
    pub fn resume(&mut self, counts: &Counts) {
        if counts.len() == self.counts.len() {
            self.counts.clone_from(counts);
        }
    }

    /// What was counted.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Counts a scored row.
    pub fn count(&mut self, scores: &[Option<f64>], flags: &[bool]) {
        for (count, (score, flag)) in self.counts.iter_mut().zip(scores.iter().zip(flags)) {
            count[0] += u64::from(score.is_some());
            count[1] += u64::from(*flag);
        }
    }

    /// Writes it. Its presence says that the job is done, so it comes after all else.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn commit(self, tally: &Tally, reasons: &BTreeMap<Code, u64>) -> netiquette::Result<Committed> {
        let text = format!("{:#}\n", self.as_json(tally, reasons));
        let Some(mut out) = self.out else { return Ok(Committed::Whole) };
        out.write_all(text.as_bytes())?;
        out.commit()
    }

    fn as_json(&self, tally: &Tally, reasons: &BTreeMap<Code, u64>) -> Value {
        let label = |((name, threshold), [scored, flagged]): (&(String, f64), &[u64; 2])| {
            let blank = tally.scored - scored;
            let counts = json!({
                "scored": scored,
                "blank": blank,
                "flagged": flagged,
                "threshold": threshold,
            });
            (name.clone(), counts)
        };
        json!({
            "rows": {
                "read": tally.read,
                "scored": tally.scored,
                "rejected": tally.rejected,
                "skipped": tally.skipped,
            },
            "rejected": reasons.iter().map(|(code, n)| (code.to_string(), json!(n))).collect::<Map<_, _>>(),
            "model_id": self.model_id,
            "labels": self.labels.iter().zip(&self.counts).map(label).collect::<Map<_, _>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_are_scored_rejected_or_skipped() {
        let labels = vec![("off_topic".to_owned(), 0.5)];
        let mut summary = Summary { out: None, model_id: "abc".to_owned(), labels, counts: Vec::new() };
        summary.resume(&vec![[9, 9], [9, 9]]);
        assert!(summary.counts.is_empty(), "counts of another model");
        summary.counts = vec![[0; 2]];
        summary.count(&[Some(0.9)], &[true]);
        summary.count(&[Some(0.1)], &[false]);
        summary.count(&[None], &[false]);
        let tally = Tally { read: 6, scored: 3, rejected: 2, skipped: 1 };
        let reasons = BTreeMap::from([(Code::EmptyText, 2)]);
        let json = summary.as_json(&tally, &reasons);
        let expected = json!({
            "rows": {"read": 6, "scored": 3, "rejected": 2, "skipped": 1},
            "rejected": {"empty_text": 2},
            "model_id": "abc",
            "labels": {"off_topic": {"scored": 2, "blank": 1, "flagged": 1, "threshold": 0.5}},
        });
        assert_eq!(json, expected);
    }
}

//! `--summary FILE`: what became of a job, for the program that started it.

use std::collections::BTreeMap;
use std::io::Write;

use netiquette::corpus::Code;
use serde_json::{Map, Value, json};

use super::models::Named;
use super::output::{Artifact, Committed};
use super::rejects::Tally;

/// Per label of the models, how many rows got a score and how many were flagged.
pub type Counts = Vec<[u64; 2]>;

/// Counts flags while a job runs, and is written when all else is.
pub struct Summary {
    out: Option<Artifact>,
    models: Vec<Scored>,
    counts: Counts,
}

/// A model that scored.
struct Scored {
    name: String,
    model_id: String,
    /// Name and threshold of the labels.
    labels: Vec<(String, f64)>,
}

impl Summary {
    /// Begins the summary, if one is wanted.
    pub fn new(out: Option<Artifact>, models: &[Named]) -> Self {
        let scored = |named: &Named| Scored {
            name: named.name.clone(),
            model_id: named.id.to_string(),
            labels: named.model.labels.iter().map(|l| (l.name.clone(), l.threshold)).collect(),
        };
        let models: Vec<Scored> = models.iter().map(scored).collect();
        let labels = models.iter().map(|model| model.labels.len()).sum();
        Self { out, models, counts: vec![[0; 2]; labels] }
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
        let Tally { read, scored, rejected, skipped } = tally;
        let mut summary = Map::new();
        let rows = json!({ "read": read, "scored": scored, "rejected": rejected, "skipped": skipped });
        summary.insert("rows".to_owned(), rows);
        let reasons: Map<_, _> = reasons.iter().map(|(code, n)| (code.to_string(), json!(n))).collect();
        summary.insert("rejected".to_owned(), reasons.into());
        let mut counts = self.counts.iter();
        let mut members = |model: &Scored| model.as_json(*scored, &mut counts);
        match &self.models[..] {
            [only] => summary.extend(members(only)),
            several => {
                let of_name = |model: &Scored| (model.name.clone(), Value::Object(members(model)));
                summary.insert("models".to_owned(), several.iter().map(of_name).collect());
            }
        }
        summary.into()
    }
}

impl Scored {
    /// Of `rows` scored rows, what `counts` says of each label.
    fn as_json<'a>(&self, rows: u64, counts: impl Iterator<Item = &'a [u64; 2]>) -> Map<String, Value> {
        let label = |((name, threshold), [scored, flagged]): (&(String, f64), &[u64; 2])| {
            let blank = rows - scored;
            let of_label =
                json!({ "scored": scored, "blank": blank, "flagged": flagged, "threshold": threshold });
            (name.clone(), of_label)
        };
        let labels: Map<_, _> = self.labels.iter().zip(counts).map(label).collect();
        let members = [("model_id", json!(self.model_id)), ("labels", labels.into())];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_are_scored_rejected_or_skipped() {
        let labels = vec![("off_topic".to_owned(), 0.5)];
        let model = Scored { name: String::new(), model_id: "abc".to_owned(), labels };
        let mut summary = Summary { out: None, models: vec![model], counts: Vec::new() };
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

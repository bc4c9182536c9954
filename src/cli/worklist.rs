//! The rows that an audit found worth a second look, as a table for a spreadsheet.

use std::path::Path;

use netiquette::audit::{Audit, Place};
use netiquette::corpus::Corpus;
use netiquette::error::Error;
use netiquette::escape::spreadsheet;

use super::output::Artifact;

const HEADER: [&str; 9] =
    ["reason", "label", "judged", "probability", "table", "line", "id", "text", "corrected"];

/// Why a row is looked at again.
struct Task<'a> {
    reason: &'static str,
    label: &'a str,
    judged: Option<bool>,
    probability: Option<f64>,
    place: &'a Place,
}

/// Writes the worklist: contradictions, then suspicious judgements, the least likely first, then
/// damaged and foreign texts. Gives the number of rows. `corrected` is left blank for people.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, found: &Audit, corpus: &Corpus) -> netiquette::Result<usize> {
    let tasks = tasks(found);
    let mut out = csv::Writer::from_writer(Artifact::create(path, None)?);
    let failed = |e: csv::Error| Error::from(std::io::Error::from(e));
    out.write_record(HEADER).map_err(failed)?;
    for task in &tasks {
        let text = &corpus.examples[task.place.row as usize].comment.text;
        let judged = task.judged.map_or("", |judged| if judged { "1" } else { "0" });
        let probability = task.probability.map_or(String::new(), |p| format!("{p:.4}"));
        let line = task.place.line.to_string();
        let cells = [
            task.reason,
            task.label,
            judged,
            &probability,
            &task.place.table,
            &line,
            &task.place.id,
            text,
            "",
        ];
        out.write_record(cells.map(|cell| spreadsheet(cell).into_owned())).map_err(failed)?;
    }
    let artifact = out.into_inner().map_err(|e| Error::from(e.into_error()))?;
    artifact.commit()?;
    Ok(tasks.len())
}

fn tasks(found: &Audit) -> Vec<Task<'_>> {
    let mut tasks = Vec::new();
    for conflict in &found.duplicates.conflicts {
        for (places, judged) in [(&conflict.ones, true), (&conflict.zeros, false)] {
            tasks.extend(places.iter().map(|place| Task {
                reason: "contradiction",
                label: &conflict.label,
                judged: Some(judged),
                probability: None,
                place,
            }));
        }
    }
    let mut suspects: Vec<Task<'_>> = Vec::new();
    for of_label in &found.suspects {
        suspects.extend(of_label.rows.iter().map(|row| Task {
            reason: "suspicious",
            label: &of_label.label,
            judged: Some(row.judged),
            probability: Some(row.probability),
            place: &row.place,
        }));
    }
    let given =
        |t: &Task<'_>| t.probability.map_or(0.0, |p| if t.judged == Some(true) { p } else { 1.0 - p });
    suspects.sort_by(|a, b| given(a).total_cmp(&given(b)));
    tasks.extend(suspects);
    let text = |reason, place| Task { reason, label: "", judged: None, probability: None, place };
    tasks.extend(found.texts.mojibake.iter().chain(&found.texts.lost).map(|place| text("encoding", place)));
    tasks.extend(found.texts.foreign.iter().map(|foreign| text("language", &foreign.place)));
    tasks
}

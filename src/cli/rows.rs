//! Whole tables in memory, with the scores that stand in them or a model's.

use std::collections::HashMap;
use std::path::Path;

use netiquette::batch::Batch;
use netiquette::corpus::{Options, Outcome, Row};
use netiquette::error::{Error, Position};
use netiquette::model::rounded;
use netiquette::{Article, Model, Result};

use super::input::comments;
use super::log::Log;

/// The rows of one table.
#[derive(Debug, Default)]
pub struct Rows {
    /// Its name.
    pub name: String,
    /// Names of its columns, in order.
    pub header: Vec<String>,
    /// The comments.
    pub batch: Batch,
    /// Per label asked for, then per row; `None` where nobody judged.
    pub judgements: Vec<Vec<Option<bool>>>,
    /// Labels of the columns of scores that stand behind those asked for by name.
    pub scored: Vec<String>,
    /// Per column asked for: its cells by row, or `None` if there is no such column.
    pub cells: Vec<Option<Vec<String>>>,
    /// Records that were no rows.
    pub rejected: usize,
}

/// What is read beside the comments themselves.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Columns of judgements; one that is not there was not judged.
    pub labels: Vec<String>,
    /// Columns to keep as they are.
    pub columns: Vec<String>,
    /// Every column in place of those.
    pub everything: bool,
    /// Also every column of scores, behind those.
    pub scores: bool,
}

impl Rows {
    /// Reads the table at `path`; says how it was understood, and which records are none.
    ///
    /// # Errors
    /// If it is no table of comments or cannot be read.
    pub fn read(
        path: &Path,
        wanted: &Wanted,
        articles: &HashMap<String, Article>,
        options: &Options,
        log: &Log,
    ) -> Result<Self> {
        let mut table = comments(path, options, log)?;
        let header = table.header().to_vec();
        let named = |names: &[String]| -> Vec<Option<usize>> {
            names.iter().map(|name| table.columns().named(name)).collect()
        };
        let label_at = named(&wanted.labels);
        let mut cell_at = match wanted.everything {
            true => (0..header.len()).map(Some).collect(),
            false => named(&wanted.columns),
        };
        let mut scored = Vec::new();
        for (at, name) in header.iter().enumerate().filter(|_| wanted.scores) {
            if let Some(label) = name.strip_suffix(SCORE) {
                scored.push(label.to_owned());
                cell_at.push(Some(at));
            }
        }
        let mut rows = Self {
            name: table.name().to_owned(),
            header,
            scored,
            judgements: vec![Vec::new(); label_at.len()],
            cells: cell_at.iter().map(|at| at.map(|_| Vec::new())).collect(),
            ..Self::default()
        };
        let (mut read, mut inline) = (Vec::new(), Vec::new());
        while let Some(outcome) = table.next_row()? {
            let judged = match outcome {
                Outcome::Row(row) => judgements(&row, &label_at).map(|judged| (row, judged)),
                Outcome::Reject(reject) => Err(reject),
            };
            match judged {
                Ok((row, judged)) => {
                    rows.judgements.iter_mut().zip(judged).for_each(|(column, j)| column.push(j));
                    let cells = rows.cells.iter_mut().flatten().zip(cell_at.iter().flatten());
                    cells.for_each(|(column, &at)| column.push(row.field(at).to_owned()));
                    inline.extend(row.inline_article());
                    read.push(row.comment());
                }
                Err(reject) => {
                    rows.rejected += 1;
                    let place = reject.position(&rows.name);
                    log.note(format_args!("{place}: {}: {}; left out", reject.code, reject.reason));
                }
            }
        }
        rows.batch = Batch::new(read, articles.values().chain(&inline));
        Ok(rows)
    }

    /// The cells of the column asked for as number `k`, as numbers; `None` if there is no such
    /// column. A blank is `None`.
    ///
    /// # Errors
    /// If a cell holds something else than a number in `range`.
    pub fn numbers(
        &self,
        k: usize,
        name: &str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Result<Option<Vec<Option<f64>>>> {
        let Some(cells) = &self.cells[k] else { return Ok(None) };
        let number = |(i, cell): (usize, &String)| match cell.trim() {
            "" => Ok(None),
            cell => cell.parse().ok().filter(|x| range.contains(x)).map(Some).ok_or_else(|| {
                Error::input(format!(
                    "row {} (from 1) holds no number from {} to {} in column `{name}`",
                    i + 1,
                    range.start(),
                    range.end()
                ))
                .at(Position::file(&self.name))
            }),
        };
        cells.iter().enumerate().map(number).collect::<Result<_>>().map(Some)
    }

    /// Probabilities of `label` per row: the column asked for as number `k` if there is one,
    /// else by `model`.
    ///
    /// # Errors
    /// If a cell is no probability or the model has no such label.
    pub fn scores(&self, k: usize, label: &str, model: Option<&Model>) -> Result<Vec<Option<f64>>> {
        if let Some(scores) = self.numbers(k, &score_column(label), 0.0..=1.0)? {
            return Ok(scores.into_iter().map(|score| score.map(rounded)).collect());
        }
        let model = model.ok_or_else(|| {
            Error::input(format!("there is no column `{}`; score the table first", score_column(label)))
                .at(Position::file(&self.name))
        })?;
        let at = model.labels.iter().position(|l| l.name == label);
        let at = at.ok_or_else(|| Error::labels(format!("the model has no label `{label}`")))?;
        Ok(self.batch.scores(model).swap_remove(at))
    }

    /// The model that the scores in the table are of, where the column asked for as number `k`
    /// says so.
    ///
    /// # Errors
    /// If it names several.
    pub fn scored_by(&self, k: usize) -> Result<Option<&str>> {
        let mut ids: Vec<&str> = self.cells[k].iter().flatten().map(String::as_str).collect();
        ids.sort_unstable();
        ids.dedup();
        match ids[..] {
            [] | [""] => Ok(None),
            [id] => Ok(Some(id)),
            _ => Err(Error::input("its scores are of several models; score it again with one")
                .at(Position::file(&self.name))),
        }
    }
}

/// What the name of a column of scores ends with.
const SCORE: &str = "_score";

/// Name of the column of scores of a label.
pub fn score_column(label: &str) -> String {
    format!("{label}{SCORE}")
}

fn judgements(
    row: &Row<'_>,
    label_at: &[Option<usize>],
) -> std::result::Result<Vec<Option<bool>>, netiquette::corpus::Reject> {
    label_at.iter().map(|at| at.map_or(Ok(None), |at| row.judgement(at))).collect()
}

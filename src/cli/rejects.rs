//! Records that were not scored: the rejects file, how many are tolerated, and the count.

use std::collections::BTreeMap;
use std::str::FromStr;

use netiquette::corpus::{Code, Reject};
use netiquette::error::{Error, Position, Result};
use netiquette::escape::spreadsheet;

use super::output::{Artifact, Committed, csv_error};

/// The columns of a rejects file.
const HEADER: [&str; 6] = ["file", "line", "byte", "reason_code", "reason", "raw"];

/// Rows below which a percentage is taken of this many: one bad row in a file of five is no
/// reason to stop.
const SMALL: u64 = 100;

/// How many rejected records a job tolerates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// That many, judged at once.
    Rows(u64),
    /// That percentage of the rows read, 0–100, judged at the end. In an input of less than
    /// 100 rows it is a percentage of 100, but at most half of the rows.
    Percent(f64),
}

impl Default for Limit {
    fn default() -> Self {
        Limit::Percent(10.0)
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is neither a number of rows nor a percentage of 0 to 100, as in 20 or 5%");
        match text.trim().strip_suffix('%') {
            None => text.trim().parse().map(Limit::Rows).map_err(|_| wrong()),
            Some(percent) => match percent.trim().parse() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Limit::Percent(percent)),
                _ => Err(wrong()),
            },
        }
    }
}

impl Limit {
    /// Whether `rejected` of the rows read so far are too many, however many follow.
    fn is_exceeded_at_once(self, rejected: u64) -> bool {
        matches!(self, Limit::Rows(rows) if rejected > rows)
    }

    /// Whether `rejected` of all `read` rows are too many.
    fn is_exceeded(self, rejected: u64, read: u64) -> bool {
        match self {
            Limit::Rows(rows) => rejected > rows,
            Limit::Percent(percent) if percent >= 100.0 => false,
            Limit::Percent(percent) => {
                let allowed = percent / 100.0 * read.max(SMALL) as f64;
                let most = percent < 50.0 && 2 * rejected > read;
                rejected as f64 > allowed || most
            }
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::Rows(rows) => write!(f, "{rows}"),
            Limit::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// Takes the rejected records of a job.
pub struct Rejects {
    writer: Option<csv::Writer<Artifact>>,
    limit: Limit,
    spreadsheet_safe: bool,
    counts: BTreeMap<Code, u64>,
    first: Option<(Position, String)>,
}

impl Rejects {
    /// Counts rejects against `limit`, and writes them to `file` if there is one.
    ///
    /// # Errors
    /// [`Kind::Io`](netiquette::error::Kind::Io) when writing fails.
    pub fn new(file: Option<Artifact>, limit: Limit, spreadsheet_safe: bool) -> Result<Self> {
        let mut writer = file.map(csv::Writer::from_writer);
        if let Some(writer) = &mut writer {
            writer.write_record(HEADER).map_err(csv_error)?;
        }
        Ok(Self { writer, limit, spreadsheet_safe, counts: BTreeMap::new(), first: None })
    }

    /// Takes one rejected record of the input called `file`.
    ///
    /// # Errors
    /// [`Kind::Input`](netiquette::error::Kind::Input) when it is one too many,
    /// [`Kind::Io`](netiquette::error::Kind::Io) when writing fails.
    pub fn add(&mut self, file: &str, reject: &Reject) -> Result<()> {
        *self.counts.entry(reject.code).or_default() += 1;
        self.first
            .get_or_insert_with(|| (reject.position(file), format!("{}: {}", reject.code, reject.reason)));
        if let Some(writer) = &mut self.writer {
            let (line, byte) = (reject.line.to_string(), reject.byte.to_string());
            let cells = [file, &line, &byte, reject.code.as_str(), &reject.reason, &reject.raw];
            let written = match self.spreadsheet_safe {
                true => writer.write_record(cells.map(|cell| spreadsheet(cell).into_owned())),
                false => writer.write_record(cells),
            };
            written.map_err(csv_error)?;
        }
        match self.limit.is_exceeded_at_once(self.total()) {
            true => Err(self.too_many(None)),
            false => Ok(()),
        }
    }

    /// Number of records taken.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Number of records by reason.
    pub fn counts(&self) -> &BTreeMap<Code, u64> {
        &self.counts
    }

    /// Judges the limit at the end of the input, of which `read` rows were read, the
    /// rejected ones among them. To be asked before any artefact is committed.
    ///
    /// # Errors
    /// [`Kind::Input`](netiquette::error::Kind::Input) when there are too many.
    pub fn check(&self, read: u64) -> Result<()> {
        match self.limit.is_exceeded(self.total(), read) {
            true => Err(self.too_many(Some(read))),
            false => Ok(()),
        }
    }

    fn too_many(&self, read: Option<u64>) -> Error {
        let of = read.map_or_else(String::new, |read| format!(" of {read}"));
        let (total, limit) = (self.total(), self.limit);
        let (position, reason) = self.first.clone().unwrap_or_default();
        Error::input(format!(
            "{reason}; in all {total}{of} rows were rejected, --max-rejects allows {limit}: nothing was written"
        ))
        .at(position)
    }

    /// Commits the rejects file, before the output it belongs to.
    ///
    /// # Errors
    /// [`Kind::Io`](netiquette::error::Kind::Io) when writing fails.
    pub fn commit(self) -> Result<Committed> {
        let Some(writer) = self.writer else { return Ok(Committed::Whole) };
        writer.into_inner().map_err(csv::IntoInnerError::into_error)?.commit()
    }
}

/// What became of the rows of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records met, header and blank lines apart.
    pub read: u64,
    /// Rows scored.
    pub scored: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Rows passed over on purpose, as those scored on another night.
    pub skipped: u64,
}

impl Tally {
    /// Counts a scored row.
    pub fn score(&mut self) {
        self.read += 1;
        self.scored += 1;
    }

    /// Counts a rejected record.
    pub fn reject(&mut self) {
        self.read += 1;
        self.rejected += 1;
    }

    /// Counts a row passed over.
    pub fn skip(&mut self) {
        self.read += 1;
        self.skipped += 1;
    }
}

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
    /// Counts rejects against `limit`, and writes them to `file` if there is one, below the
    /// header or behind what an earlier job wrote.
    ///
    /// # Errors
    /// [`Kind::Io`](netiquette::error::Kind::Io) when writing fails.
    pub fn new(file: Option<Artifact>, limit: Limit, spreadsheet_safe: bool) -> Result<Self> {
        let mut writer = file.map(csv::Writer::from_writer);
        if let Some(writer) = &mut writer
            && writer.get_ref().length()? == 0
        {
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
        if let Some(writer) = &mut self.writer {
            let (line, byte) = (reject.line.to_string(), reject.byte.to_string());
            let cells = [file, &line, &byte, reject.code.as_str(), &reject.reason, &reject.raw];
            let written = match self.spreadsheet_safe {
                true => writer.write_record(cells.map(|cell| spreadsheet(cell).into_owned())),
                false => writer.write_record(cells),
            };
            written.map_err(csv_error)?;
        }
        self.count(file, reject)
    }

    /// Counts a rejected record that an earlier job has written.
    ///
    /// # Errors
    /// [`Kind::Input`](netiquette::error::Kind::Input) when it is one too many.
    pub fn count(&mut self, file: &str, reject: &Reject) -> Result<()> {
        *self.counts.entry(reject.code).or_default() += 1;
        self.first
            .get_or_insert_with(|| (reject.position(file), format!("{}: {}", reject.code, reject.reason)));
        match self.limit.is_exceeded_at_once(self.total()) {
            true => Err(self.too_many(None)),
            false => Ok(()),
        }
    }

    /// Makes what was taken survive a power loss; the length of the file, if there is one.
    ///
    /// # Errors
    /// [`Kind::Io`](netiquette::error::Kind::Io) when writing fails.
    pub fn sync(&mut self) -> Result<Option<u64>> {
        let Some(writer) = &mut self.writer else { return Ok(None) };
        writer.flush()?;
        Ok(Some(writer.get_ref().sync()?))
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

    /// Counts a row passed over.
    pub fn skip(&mut self) {
        self.read += 1;
        self.skipped += 1;
    }

    /// Counts a rejected record.
    pub fn reject(&mut self) {
        self.read += 1;
        self.rejected += 1;
    }

    /// Counts what another tally has counted.
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.scored += other.scored;
        self.rejected += other.rejected;
        self.skipped += other.skipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(line: u64, code: Code, raw: &str) -> Reject {
        Reject { line, byte: 10 * line, code, reason: "weil".to_owned(), raw: raw.to_owned() }
    }

    #[test]
    fn limits_are_numbers_or_percentages() {
        assert_eq!("20".parse(), Ok(Limit::Rows(20)));
        assert_eq!(" 2.5 % ".parse(), Ok(Limit::Percent(2.5)));
        for wrong in ["", "x", "-1", "101%", "-1%", "NaN%", "1.5"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
        assert_eq!(Limit::default().to_string(), "10%");
    }

    #[test]
    fn a_percentage_is_lenient_with_small_inputs_only() {
        let cases = [
            (10.0, 0, 0, false),
            (10.0, 1, 5, false),
            (10.0, 1, 1, true),
            (10.0, 2, 4, false),
            (10.0, 3, 5, true),
            (10.0, 11, 50, true),
            (10.0, 100, 1000, false),
            (10.0, 101, 1000, true),
            (0.0, 1, 1000, true),
            (0.0, 0, 1000, false),
            (60.0, 59, 99, false),
            (100.0, 5, 5, false),
        ];
        for (percent, rejected, read, exceeded) in cases {
            assert_eq!(
                Limit::Percent(percent).is_exceeded(rejected, read),
                exceeded,
                "{rejected} of {read}, {percent}%"
            );
        }
    }

    #[test]
    fn a_number_of_rows_is_judged_at_once() {
        let mut rejects = Rejects::new(None, Limit::Rows(1), false).unwrap();
        rejects.add("a.csv", &reject(3, Code::EmptyText, "")).unwrap();
        let error = rejects.add("a.csv", &reject(4, Code::EmptyText, "")).unwrap_err().to_string();
        assert!(error.starts_with("a.csv, line 3, byte 30: empty_text"), "{error}");
    }

    #[test]
    fn the_file_holds_each_record_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects.csv");
        let file = Artifact::create(&path, None).unwrap();
        let mut rejects = Rejects::new(Some(file), Limit::Percent(100.0), true).unwrap();
        rejects.add("a.csv", &reject(2, Code::UnbalancedQuote, "1,\"offen")).unwrap();
        rejects.add("b.csv", &reject(9, Code::FieldCount, "=1+1")).unwrap();
        assert!(rejects.check(2).is_ok());
        assert_eq!((rejects.total(), rejects.counts()[&Code::FieldCount]), (2, 1));
        rejects.commit().unwrap();
        let expected = "file,line,byte,reason_code,reason,raw\n\
                        a.csv,2,20,unbalanced_quote,weil,\"1,\"\"offen\"\n\
                        b.csv,9,90,field_count,weil,'=1+1\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    }

    #[test]
    fn too_many_rejects_write_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects.csv");
        let mut rejects =
            Rejects::new(Some(Artifact::create(&path, None).unwrap()), Limit::default(), false).unwrap();
        rejects.add("a.csv", &reject(2, Code::EmptyText, "")).unwrap();
        assert!(rejects.check(1).is_err());
        drop(rejects);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn every_record_read_is_accounted_for() {
        let mut tally = Tally::default();
        tally.score();
        tally.reject();
        tally.skip();
        tally.score();
        assert_eq!(tally, Tally { read: 4, scored: 2, rejected: 1, skipped: 1 });
        tally.add(&tally.clone());
        assert_eq!(tally, Tally { read: 8, scored: 4, rejected: 2, skipped: 2 });
    }
}

//! Incremental nights: the output grows, and knows itself what is in it.
//!
//! There is no state beside the output that could be lost, be older or be newer than it:
//! two files cannot be renamed as one, so a crash between them would score a comment twice
//! or never. Instead the rows of the output that are to stay are copied to the new one,
//! new rows follow, and one rename makes it the output.
//!
//! Memory: 9–18 bytes for every row of the output, and for every row that is scored.

use std::collections::HashSet;

use netiquette::corpus::{Code, Field, Format, Options, Outcome, Role, Row, Table};
use netiquette::error::{Error, Position, Result};
use netiquette::escape::spreadsheet;
use xxhash_rust::xxh3::xxh3_64;

use super::reader::Fate;
use crate::cli::input::Source;
use crate::cli::inputs::Tables;
use crate::cli::log::Log;
use crate::cli::models::Named;
use crate::cli::progress::Meter;
use crate::cli::signals;
use crate::cli::writer::{OutputFormat, Writer};

/// Text a row of the output may have: whatever was allowed when it was written.
const MAX_TEXT: usize = 1 << 26;

/// What stands in the output, and which of it is scored anew.
#[derive(Debug, Default)]
pub struct Past {
    output: Option<Source>,
    options: Options,
    /// Comments (identifier and text) that stay as they are.
    scored: HashSet<u64>,
    /// Identifiers in the input of all other comments.
    scored_anew: HashSet<u64>,
    spreadsheet_safe: bool,
}

impl Past {
    /// Reads what the output holds. A comment scored by another model is left alone, unless
    /// `rescore` is set; one whose text has changed is new.
    ///
    /// # Errors
    /// If the output is not one that netiquette would go on with.
    pub fn read(
        writer: &Writer,
        models: &[Named],
        spreadsheet_safe: bool,
        rescore: bool,
        options: &Options,
        log: &Log,
    ) -> Result<Self> {
        let mut past = Self { spreadsheet_safe, ..Self::default() };
        if std::fs::metadata(writer.path()).map_or(0, |there| there.len()) == 0 {
            return Ok(past);
        }
        let (format, delimiter) = writer.layout().format();
        past.options = Options {
            encoding: Some(netiquette::corpus::encoding("utf-8")?),
            delimiter: (format == OutputFormat::Csv).then_some(delimiter as u8),
            max_text: MAX_TEXT,
            html: false,
            unique_ids: false,
            mapping: options.mapping.clone(),
            sheet: None,
        };
        past.output = Some(Source::new(writer.path())?);
        let mut table = past.open_output()?;
        refuse_other_columns(&table, writer)?;
        let other = past.note_rows(&mut table, models, rescore)?;
        if other > 0 {
            log.note(format_args!(
                "{other} rows of another model stay as they are (--rescore scores them anew)"
            ));
        }
        Ok(past)
    }

    /// Notes the rows that stay; how many of them another model scored.
    fn note_rows(&mut self, table: &mut Table, models: &[Named], rescore: bool) -> Result<u64> {
        let name = table.name().to_owned();
        let of_model =
            |model: &Named| (table.columns().named(&model.column("model_id")), model.id.to_string());
        let ids: Vec<(Option<usize>, String)> = models.iter().map(of_model).collect();
        let mut other = 0;
        while let Some(row) = next(table, &name)? {
            let is_ours = ids.iter().all(|(column, id)| column.is_some_and(|i| row.field(i) == id));
            other += u64::from(!is_ours && !rescore);
            if is_ours || !rescore {
                self.scored.insert(comment_key(row.get(Field::Id), row.get(Field::Text)));
            }
        }
        Ok(other)
    }

    /// Notes what of the input will be scored.
    ///
    /// # Errors
    /// If it has no identifiers or cannot be read.
    pub fn plan(&mut self, mut input: Tables<'_>) -> Result<()> {
        if input.columns().index(Field::Id).is_none() {
            let message =
                "--append tells comments apart by a column `id`; there is none (--column id=NAME maps one)";
            return Err(Error::input(message).at(Position::file(input.name())));
        }
        while let Some(outcome) = input.next_row()? {
            signals::check()?;
            let Outcome::Row(row) = outcome else { continue };
            if self.fate(&row) == Fate::Score {
                let id = row.get(Field::Id);
                // Both spellings, for the output may have been begun with the other.
                self.scored_anew.extend([id_key(id), id_key(&spreadsheet(id))]);
            }
        }
        Ok(())
    }

    /// What is done with a row of the input.
    pub fn fate(&self, row: &Row<'_>) -> Fate {
        // As it came, for so it stands in the output: with --html `get` has the text in it.
        let (id, text) = (row.get(Field::Id), row.cell(Field::Text));
        let key = match self.spreadsheet_safe {
            true => comment_key(&spreadsheet(id), &spreadsheet(text)),
            false => comment_key(id, text),
        };
        match (id.is_empty(), self.scored.contains(&key)) {
            (true, _) => Fate::Nameless,
            (false, true) => Fate::Skip,
            (false, false) => Fate::Score,
        }
    }

    /// Copies the rows that stay.
    ///
    /// # Errors
    /// If reading or writing fails.
    pub fn copy(&self, writer: &mut Writer) -> Result<()> {
        if self.output.is_none() {
            return Ok(());
        }
        let mut table = self.open_output()?;
        let name = table.name().to_owned();
        while let Some(row) = next(&mut table, &name)? {
            signals::check()?;
            if !self.scored_anew.contains(&id_key(row.get(Field::Id))) {
                writer.copy(row.raw())?;
            }
        }
        Ok(())
    }

    fn open_output(&self) -> Result<Table> {
        match &self.output {
            Some(output) => output.open(Role::Comments, &self.options, &Meter::default()),
            None => Err(Error::input("there is no output yet")),
        }
    }
}

/// The reject of a row without identifier.
pub fn nameless(row: &Row<'_>) -> netiquette::corpus::Reject {
    row.reject(Code::EmptyId, "`id` is empty: --append could not tell the comment from others")
}

/// The next row of an output, in which nothing may be wrong.
fn next<'a>(table: &'a mut Table, name: &str) -> Result<Option<Row<'a>>> {
    match table.next_row()? {
        None => Ok(None),
        Some(Outcome::Row(row)) => Ok(Some(row)),
        Some(Outcome::Reject(reject)) => {
            let message =
                format!("{}: {}; --append goes on only with a sound output", reject.code, reject.reason);
            Err(Error::input(message).at(reject.position(name)))
        }
    }
}

/// Rows of different columns do not go into one file.
fn refuse_other_columns(table: &Table, writer: &Writer) -> Result<()> {
    let same = match (table.format(), writer.layout().format()) {
        (Format::Csv(_), (OutputFormat::Csv, _)) => table.header() == writer.layout().columns(),
        (Format::JsonLines, (OutputFormat::Jsonl, _)) => true,
        _ => false,
    };
    match same && table.columns().index(Field::Id).is_some() {
        true => Ok(()),
        false => Err(Error::input(
            "--append would add rows of other columns or another format; name another output",
        )
        .at(Position::file(table.name()))),
    }
}

fn id_key(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

fn comment_key(id: &str, text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), id_key(id))
}

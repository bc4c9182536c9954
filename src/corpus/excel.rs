//! Comments in a sheet of an Excel workbook (.xlsx).

use std::io::{self, Read, Seek};

use calamine::{Data, ExcelDateTime, Range, Reader, Xlsx, XlsxError};

use super::columns::Role;
use super::records::Rendered;
use super::table::{Options, Table};
use crate::error::{Error, Position, Result};

impl Table {
    /// Opens a sheet of a workbook, [`Options::sheet`] or the first. The line of a row is its row in the sheet; the
    /// sheet is held in memory (it has at most 1,048,576 rows).
    ///
    /// # Errors
    /// As [`Table::open`].
    pub fn open_excel(
        name: &str,
        input: impl Read + Seek + Send + 'static,
        role: Role,
        options: &Options,
    ) -> Result<Self> {
        let place = |e: Error| e.at(Position::file(name));
        let mut book = Xlsx::new(input).map_err(refused).map_err(place)?;
        let sheets = book.sheet_names();
        let wanted = options.sheet.as_ref();
        let Some(sheet) = sheets.iter().find(|sheet| wanted.is_none_or(|wanted| wanted == *sheet)) else {
            let wanted = wanted.map_or("sheet", String::as_str);
            let message =
                format!("the workbook has no sheet `{wanted}`; its sheets are {}", sheets.join(", "));
            return Err(place(Error::input(message)));
        };
        let range = book.worksheet_range(sheet).map_err(refused).map_err(place)?;
        let note = format!("read from sheet `{sheet}` of an Excel workbook with {}", sheets.len());
        Table::from_records(name, Rendered::new(Sheet { range, row: 0 }), Some(note), role, options)
    }
}

fn refused(error: XlsxError) -> Error {
    match error {
        XlsxError::Io(e) => e.into(),
        XlsxError::Password => Error::input("the workbook has a password; save it without"),
        // What the parser says may quote the sheet.
        _ => Error::input("this is a zip archive, but no sound Excel workbook (.xlsx)"),
    }
}

/// The rows of a sheet, from its very first.
struct Sheet {
    range: Range<Data>,
    row: u32,
}

impl Iterator for Sheet {
    type Item = io::Result<Vec<String>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (start, end) = (self.range.start()?, self.range.end()?);
        let row = self.row;
        if row > end.0 {
            return None;
        }
        self.row += 1;
        let cells: Vec<String> = (start.1..=end.1)
            .map(|column| self.range.get_value((row, column)).map_or_else(String::new, text))
            .collect();
        // Rows that were only formatted are no rows.
        Some(Ok(if cells.iter().all(String::is_empty) { Vec::new() } else { cells }))
    }
}

/// A cell as a person would type it; dates as ISO 8601, as Excel shows no two alike.
fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(at) if at.is_datetime() => date(at),
        cell => cell.to_string(),
    }
}

fn date(at: &ExcelDateTime) -> String {
    match at.to_ymd_hms_milli() {
        (y, m, d, 0, 0, 0, 0) => format!("{y:04}-{m:02}-{d:02}"),
        (y, m, d, h, min, s, _) => format!("{y:04}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}"),
    }
}

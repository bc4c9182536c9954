//! Comments in a Parquet file, read one row group after the other.
//!
//! By way of the record reader of the parquet crate, without arrow: a comment is a row of
//! strings here, and arrow's arrays would be built only to be taken apart again, at the
//! price of many more crates.

use std::fs::File;
use std::io;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use super::columns::Role;
use super::records::Rendered;
use super::table::{Options, Table};
use crate::error::{Error, Position, Result};

impl Table {
    /// Opens a Parquet file. The line of a row is its number and one, as in CSV.
    ///
    /// # Errors
    /// As [`Table::open`].
    pub fn open_parquet(name: &str, file: File, role: Role, options: &Options) -> Result<Self> {
        let place = |e: Error| e.at(Position::file(name));
        let reader = SerializedFileReader::new(file).map_err(|e| place(refused(e)))?;
        let schema = reader.metadata().file_metadata().schema();
        if let Some(nested) = schema.get_fields().iter().find(|field| !field.is_primitive()) {
            let message = format!("column `{}` is nested; unnest it or leave it out", nested.name());
            return Err(place(Error::input(message)));
        }
        let header: Vec<String> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
        let rows = reader.into_iter().map(|row| row.map(cells).map_err(failed));
        let records = Rendered::new(std::iter::once(Ok(header)).chain(rows));
        Table::from_records(name, records, Some("read as Parquet".to_owned()), role, options)
    }
}

/// A file that cannot be opened; what the parser says of it quotes no cell.
fn refused(error: ParquetError) -> Error {
    match error {
        ParquetError::External(e) => match e.downcast::<io::Error>() {
            Ok(e) => Error::from(*e),
            Err(_) => Error::input("no sound Parquet file"),
        },
        _ => Error::input("no sound Parquet file: it is cut off, damaged or of an unknown kind"),
    }
}

/// A page that cannot be read: as fatal as any failure to read.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(e) => e.downcast::<io::Error>().map_or_else(io::Error::other, |e| *e),
        _ => io::Error::new(io::ErrorKind::InvalidData, "the Parquet file is damaged"),
    }
}

fn cells(row: Row) -> Vec<String> {
    row.into_columns().into_iter().map(|(_, field)| text(field)).collect()
}

fn text(field: Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text,
        // Strings that an old writer did not call strings; others become invalid characters.
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::Double(number) => number.to_string(),
        Field::Float(number) => number.to_string(),
        other => other.to_string(),
    }
}

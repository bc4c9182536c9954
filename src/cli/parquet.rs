//! Scores as a Parquet file: input columns as strings, scores as doubles, flags as integers.

use std::io;
use std::sync::Arc;

use netiquette::error::Result;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::models::{Cell, Column};
use super::output::{Artifact, Committed};
use super::writer::Layout;

/// Rows of a row group, which is held in memory.
const ROWS: usize = 65_536;
/// Bytes of text of a row group.
const BYTES: usize = 32 << 20;

/// Rows on their way into a Parquet file.
pub struct Rows {
    writer: SerializedFileWriter<Artifact>,
    /// Cells of the row group, by column.
    cells: Vec<Vec<ByteArray>>,
    /// Scores and flags of the row group, by label.
    scores: Vec<Vec<Option<f64>>>,
    flags: Vec<Vec<bool>>,
    added: Vec<Column>,
    bytes: usize,
}

impl Rows {
    /// Begins a file with the columns of `layout`.
    ///
    /// # Errors
    /// If writing fails.
    pub fn new(out: Artifact, layout: &Layout) -> Result<Self> {
        let columns: Vec<String> = layout.theirs().cloned().collect();
        let added: Vec<Column> = layout.added().cloned().collect();
        let schema = schema(&columns, &added).map_err(failed)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer =
            SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        let labels = added.iter().filter(|column| matches!(column.cell, Cell::Score(_))).count();
        Ok(Self {
            writer,
            cells: vec![Vec::new(); columns.len()],
            scores: vec![Vec::new(); labels],
            flags: vec![Vec::new(); labels],
            added,
            bytes: 0,
        })
    }

    /// The file that is being made.
    pub fn artifact(&self) -> &Artifact {
        self.writer.inner()
    }

    /// Adds a row whose cells [`push_cell`] put together.
    ///
    /// # Errors
    /// If writing fails.
    pub fn push(&mut self, kept: &str, scores: &[Option<f64>], flags: &[bool]) -> Result<()> {
        for (column, cell) in self.cells.iter_mut().zip(split(kept)) {
            column.push(ByteArray::from(cell));
        }
        for ((column, flagged), (score, flag)) in
            self.scores.iter_mut().zip(&mut self.flags).zip(scores.iter().zip(flags))
        {
            column.push(score.map(|s| (s * 1e4).round() / 1e4));
            flagged.push(*flag);
        }
        self.bytes += kept.len();
        match self.rows() >= ROWS || self.bytes >= BYTES {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn rows(&self) -> usize {
        self.scores.first().map_or(0, Vec::len)
    }

    /// Writes the row group.
    fn flush(&mut self) -> Result<()> {
        let rows = self.rows();
        if rows > 0 {
            self.write_group(rows).map_err(failed)?;
        }
        self.cells.iter_mut().for_each(Vec::clear);
        self.scores.iter_mut().for_each(Vec::clear);
        self.flags.iter_mut().for_each(Vec::clear);
        self.bytes = 0;
        Ok(())
    }

    fn write_group(&mut self, rows: usize) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for column in &self.cells {
            write_strings(&mut group, column)?;
        }
        for column in &self.added {
            match &column.cell {
                Cell::ModelId(id) => write_strings(&mut group, &vec![ByteArray::from(id.as_str()); rows])?,
                Cell::Score(label) => {
                    let there: Vec<f64> = self.scores[*label].iter().flatten().copied().collect();
                    write_numbers::<DoubleType>(&mut group, &there, &self.scores[*label])?;
                }
                Cell::Flag(label) => {
                    let both = self.scores[*label].iter().zip(&self.flags[*label]);
                    let there: Vec<i32> =
                        both.filter(|(score, _)| score.is_some()).map(|(_, flag)| i32::from(*flag)).collect();
                    write_numbers::<Int32Type>(&mut group, &there, &self.scores[*label])?;
                }
            }
        }
        group.close().map(drop)
    }

    /// Makes the output what was written.
    ///
    /// # Errors
    /// If writing fails.
    pub fn commit(mut self) -> Result<Committed> {
        self.flush()?;
        self.writer.into_inner().map_err(failed)?.commit()
    }
}

fn write_strings(
    group: &mut SerializedRowGroupWriter<'_, Artifact>,
    values: &[ByteArray],
) -> Result<(), ParquetError> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<ByteArrayType>().write_batch(values, None, None)?;
        column.close()?;
    }
    Ok(())
}

/// Writes a column of numbers that are there where `scores` are.
fn write_numbers<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Artifact>,
    there: &[T::T],
    scores: &[Option<f64>],
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = scores.iter().map(|score| i16::from(score.is_some())).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(there, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}

fn schema(columns: &[String], added: &[Column]) -> Result<Type, ParquetError> {
    let string = |name: &str| {
        Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String))
            .with_repetition(Repetition::REQUIRED)
            .build()
    };
    let number = |name: &str, kind| {
        Type::primitive_type_builder(name, kind).with_repetition(Repetition::OPTIONAL).build()
    };
    let mut fields = Vec::new();
    for (i, name) in columns.iter().enumerate() {
        let unnamed = format!("column_{}", i + 1);
        fields.push(Arc::new(string(if name.is_empty() { &unnamed } else { name })?));
    }
    for Column { name, cell } in added {
        fields.push(Arc::new(match cell {
            Cell::Score(_) => number(name, Physical::DOUBLE)?,
            Cell::Flag(_) => number(name, Physical::INT32)?,
            Cell::ModelId(_) => string(name)?,
        }));
    }
    Type::group_type_builder("scores").with_fields(fields).build()
}

/// Appends a cell to those of a row: its length, a colon, the cell.
pub fn push_cell(kept: &mut String, cell: &str) {
    kept.push_str(&cell.len().to_string());
    kept.push(':');
    kept.push_str(cell);
}

/// The cells that [`push_cell`] put together.
fn split(mut kept: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (length, rest) = kept.split_once(':')?;
        let (cell, rest) = rest.split_at_checked(length.parse().ok()?)?;
        kept = rest;
        Some(cell)
    })
}

fn failed(error: ParquetError) -> netiquette::Error {
    match error {
        ParquetError::External(e) => {
            e.downcast::<io::Error>().map_or_else(|e| io::Error::other(e.to_string()), |e| *e).into()
        }
        other => io::Error::other(other.to_string()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_put_together_and_split() {
        let cells = ["", "a:b", "3:", "größer\n"];
        let mut kept = String::new();
        cells.iter().for_each(|cell| push_cell(&mut kept, cell));
        assert_eq!(split(&kept).collect::<Vec<_>>(), cells);
    }
}

//! What was measured of rows for which there is no room in memory: a file without a name, written
//! in the first pass and read in the second, row by row in the same order.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use xxhash_rust::xxh3::xxh3_64;

use super::batch::Batch;
use super::measure::Measured;
use crate::cli::temporary::Temporary;
use netiquette::features::topic::Token;

/// Bytes that are written at most; of the rows behind, nothing is kept.
const MOST: u64 = 1 << 30;

/// Bytes read or written at a time.
const BUFFER: usize = 1 << 20;

/// Measures on their way into the file.
pub struct Measures {
    file: BufWriter<File>,
    rows: u64,
    bytes: u64,
    row: Vec<u8>,
}

/// The same on their way back.
pub struct Kept {
    file: BufReader<File>,
    /// Rows that are left.
    rows: u64,
    row: Vec<u8>,
}

impl Measures {
    /// None yet; `None` where no file can be made.
    pub fn new() -> Option<Self> {
        let file = BufWriter::with_capacity(BUFFER, Temporary::new().ok()?.into_file());
        Some(Self { file, rows: 0, bytes: 0, row: Vec::new() })
    }

    /// Appends those of a batch that was measured, and says whether there is room for more.
    ///
    /// # Errors
    /// If writing fails: what was written before is of no use then.
    pub fn write(&mut self, batch: &Batch) -> io::Result<bool> {
        for (i, row) in batch.rows().iter().enumerate() {
            let (tokens, terms) = batch.measured().of_row(i);
            self.row.clear();
            self.row.extend(xxh3_64(batch.text(row).as_bytes()).to_le_bytes());
            self.row.extend((tokens.len() as u32).to_le_bytes());
            self.row.extend(tokens.iter().flat_map(|token| token.to_le_bytes()));
            self.row.extend(terms.flat_map(f64::to_le_bytes));
            self.file.write_all(&self.row)?;
            self.bytes += self.row.len() as u64;
        }
        self.rows += batch.rows().len() as u64;
        Ok(self.bytes < MOST)
    }

    /// What was written, from the first row on.
    ///
    /// # Errors
    /// If the file cannot be written or read.
    pub fn finish(self) -> io::Result<Kept> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Kept { file: BufReader::with_capacity(BUFFER, file), rows: self.rows, row: Vec::new() })
    }
}

impl Kept {
    /// Hands a batch what is known of its rows, which follow those of the batch before. Where that
    /// is not known, or cannot be read, or the texts are others, the batch and those behind it are
    /// as if nothing had been kept.
    pub fn give(&mut self, batch: &mut Batch, widths: &[usize]) {
        let rows = batch.rows().len() as u64;
        let read = if rows <= self.rows { self.read(batch, widths).ok().flatten() } else { None };
        self.rows = if read.is_some() { self.rows - rows } else { 0 };
        if let Some(measured) = read {
            batch.set_measured(measured);
        }
    }

    fn read(&mut self, batch: &Batch, widths: &[usize]) -> io::Result<Option<Measured>> {
        let mut all = Measured::none(widths.len());
        let terms: usize = widths.iter().sum();
        for row in batch.rows() {
            let (mut hash, mut tokens) = ([0; 8], [0; 4]);
            self.file.read_exact(&mut hash)?;
            self.file.read_exact(&mut tokens)?;
            if u64::from_le_bytes(hash) != xxh3_64(batch.text(row).as_bytes()) {
                return Ok(None);
            }
            let tokens = u32::from_le_bytes(tokens) as usize;
            self.row.resize(tokens * size_of::<Token>() + terms * size_of::<f64>(), 0);
            self.file.read_exact(&mut self.row)?;
            all.push(self.row.split_at(tokens * size_of::<Token>()), widths);
        }
        Ok(Some(all))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use netiquette::corpus::{Options, Outcome, Role, Table};
    use netiquette::features::topic::Bags;

    use super::super::reader::Fate;
    use super::*;

    const WIDTHS: [usize; 2] = [2, 1];

    fn batch(rows: std::ops::Range<usize>) -> Batch {
        let csv = rows.map(|i| format!("Satz {i}\n")).collect::<String>();
        let csv = Cursor::new(format!("text\n{csv}"));
        let mut table = Table::open("t.csv", csv, Role::Comments, &Options::default()).unwrap();
        let mut batch = Batch::default();
        while let Some(Outcome::Row(row)) = table.next_row().unwrap() {
            batch.pass(&row, Fate::Skip);
        }
        batch
    }

    /// Row `i` has `i % 5` tokens and terms that are its own.
    fn measured(rows: std::ops::Range<usize>) -> Batch {
        let mut batch = batch(rows.clone());
        let of_chunk = |chunk: usize| {
            let mut measured = Measured::none(WIDTHS.len());
            for i in batch.chunk(chunk).map(|at| rows.start + at) {
                let tokens: Vec<u8> = (0..i % 5).flat_map(|k| ((i + k) as Token).to_le_bytes()).collect();
                let terms: Vec<u8> =
                    (0..3).flat_map(|k| (i as f64 + f64::from(k) / 8.0).to_le_bytes()).collect();
                measured.push((&tokens, &terms), &WIDTHS);
            }
            measured
        };
        let parts: Vec<Measured> = (0..batch.chunks()).map(of_chunk).collect();
        batch.set_measured(Measured::join(&parts));
        batch
    }

    fn kept(batches: &[Batch]) -> Kept {
        let mut measures = Measures::new().unwrap();
        batches.iter().for_each(|batch| assert!(measures.write(batch).unwrap()));
        measures.finish().unwrap()
    }

    fn known(batch: &Batch) -> Vec<(Vec<Token>, Vec<f64>)> {
        let of_row = |i: usize| {
            let (tokens, terms) = batch.measured().of_row(i);
            (tokens.to_vec(), terms.collect())
        };
        (0..batch.rows().len()).map(of_row).collect()
    }

    #[test]
    fn what_is_given_back_is_what_was_written_whatever_the_batches() {
        let mut kept = kept(&[measured(0..40), measured(40..41), measured(41..100)]);
        for rows in [0..7, 7..70, 70..100] {
            let mut again = batch(rows.clone());
            kept.give(&mut again, &WIDTHS);
            assert_eq!(known(&again), known(&measured(rows)));
        }
    }

    #[test]
    fn of_other_texts_and_of_more_rows_than_were_written_nothing_is_known() {
        for wrong in [1..5, 0..41] {
            let mut kept = kept(&[measured(0..40)]);
            let (mut first, mut next) = (batch(wrong), batch(0..4));
            kept.give(&mut first, &WIDTHS);
            kept.give(&mut next, &WIDTHS);
            assert!(!first.is_measured() && !next.is_measured());
        }
        let mut cut = kept(&[measured(0..40)]);
        cut.file.get_mut().set_len(100).unwrap();
        let mut first = batch(0..40);
        cut.give(&mut first, &WIDTHS);
        assert!(!first.is_measured());
    }

    #[test]
    fn tokens_are_those_of_the_row() {
        let mut bags = Bags::default();
        [&[3, 4][..], &[], &[9]].iter().for_each(|tokens| bags.push(tokens));
        let measured = Measured::of(bags);
        assert_eq!((0..3).map(|i| measured.of_row(i).0.len()).collect::<Vec<_>>(), [2, 0, 1]);
        assert_eq!(measured.of_row(2).1.count(), 0);
    }
}

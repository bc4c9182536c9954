//! Writing scored rows: every input column as it came, then the scores.

mod layout;

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;
#[cfg(not(feature = "parquet"))]
use netiquette::error::Error;

pub use self::layout::Layout;
use super::output::{Artifact, Committed};
#[cfg(feature = "parquet")]
use super::parquet::Rows;

/// Format of the scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Delimited text, with the delimiter of the input.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Parquet (in builds with that feature).
    Parquet,
}

/// Where rows go.
enum Out {
    Lines(Artifact),
    #[cfg(feature = "parquet")]
    Parquet(Box<Rows>),
}

impl Out {
    fn new(out: Artifact, layout: &Layout) -> netiquette::Result<Self> {
        match layout.format().0 {
            #[cfg(feature = "parquet")]
            OutputFormat::Parquet => Ok(Self::Parquet(Box::new(Rows::new(out, layout)?))),
            #[cfg(not(feature = "parquet"))]
            OutputFormat::Parquet => {
                Err(Error::parameter("this build writes no Parquet; rebuild with --features parquet"))
            }
            OutputFormat::Csv | OutputFormat::Jsonl => Ok(Self::Lines(out)),
        }
    }

    fn artifact(&self) -> &Artifact {
        match self {
            Self::Lines(out) => out,
            #[cfg(feature = "parquet")]
            Self::Parquet(rows) => rows.artifact(),
        }
    }

    /// Writes lines; where rows are written, there are none.
    fn lines(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::Lines(out) => out.write_all(lines),
            #[cfg(feature = "parquet")]
            Self::Parquet(_) => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Lines(out) => out.flush(),
            #[cfg(feature = "parquet")]
            Self::Parquet(_) => Ok(()),
        }
    }
}

/// Writes rows in the order they are given.
pub struct Writer {
    out: Out,
    layout: Layout,
}

/// A row as a format without lines takes it: what was kept of it, its scores, its flags.
pub type ScoredRow<'a> = (&'a str, &'a [Option<f64>], &'a [bool]);

impl Writer {
    /// Writes the header, if the format has one and no earlier job wrote it.
    ///
    /// # Errors
    /// If writing fails.
    pub fn new(out: Artifact, layout: Layout) -> netiquette::Result<Self> {
        let mut writer = Self { out: Out::new(out, &layout)?, layout };
        if writer.layout.format().0 == OutputFormat::Csv && writer.out.artifact().length()? == 0 {
            writer.copy(&writer.layout.header())?;
        }
        Ok(writer)
    }

    /// What stands in a row.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The file that is being made.
    pub fn path(&self) -> &Path {
        self.out.artifact().path()
    }

    /// Writes a row of an earlier output as it stands there.
    ///
    /// # Errors
    /// If writing fails.
    pub fn copy(&mut self, row: &str) -> netiquette::Result<()> {
        self.out.lines(row.as_bytes())?;
        Ok(self.out.lines(b"\n")?)
    }

    /// Makes what was written survive a power loss; its length in bytes.
    ///
    /// # Errors
    /// If writing fails.
    pub fn sync(&mut self) -> netiquette::Result<u64> {
        self.out.flush()?;
        Ok(self.out.artifact().sync()?)
    }

    /// Replaces the journal beside the output.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write_journal(&self, content: &[u8]) -> netiquette::Result<()> {
        Ok(self.out.artifact().write_journal(content)?)
    }

    /// Writes rows: the `lines` that [`Layout::push`] made of them, or the `rows` themselves.
    ///
    /// # Errors
    /// If writing fails.
    pub fn write<'a>(
        &mut self,
        lines: &[u8],
        rows: impl Iterator<Item = ScoredRow<'a>>,
    ) -> netiquette::Result<()> {
        match &mut self.out {
            Out::Lines(out) => {
                // They are the same rows once more.
                drop(rows);
                Ok(out.write_all(lines)?)
            }
            #[cfg(feature = "parquet")]
            Out::Parquet(out) => {
                let mut rows = rows;
                rows.try_for_each(|(kept, scores, flags)| out.push(kept, scores, flags))
            }
        }
    }

    /// Makes the output what was written.
    ///
    /// # Errors
    /// If writing fails.
    pub fn commit(self) -> netiquette::Result<Committed> {
        match self.out {
            Out::Lines(out) => out.commit(),
            #[cfg(feature = "parquet")]
            Out::Parquet(rows) => rows.commit(),
        }
    }
}

//! Opening tables of comments and articles.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use clap::Args;
use netiquette::corpus::{Container, Mapping, Options, Role, Table, encoding, read_articles};
use netiquette::error::{Error, Position};
use netiquette::{Article, Result};

use super::log::Log;
use super::paths::is_stdout;
use super::progress::Meter;
use super::temporary::Temporary;

/// How tables are read.
#[derive(Args, Clone, Debug)]
pub struct InputOptions {
    /// Say what a column is called, as in `text=Kommentar`; may be repeated
    #[arg(long = "column", value_name = "FIELD=NAME")]
    columns: Vec<String>,
    /// Encoding of the tables, as in `windows-1252`; detected if not given
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Largest text of a comment in bytes; longer ones are rejected
    #[arg(long, value_name = "BYTES", default_value_t = netiquette::corpus::MAX_TEXT)]
    max_text: usize,
    /// Understand HTML in texts: tags are left out, entities decoded; the columns stay as they came
    #[arg(long)]
    html: bool,
    /// Sheet of an Excel workbook; the first if not given (in builds with Excel)
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

impl InputOptions {
    /// The library's options.
    ///
    /// # Errors
    /// If a mapping or an encoding makes no sense.
    pub fn resolve(&self) -> Result<Options> {
        Ok(Options {
            encoding: self.encoding.as_deref().map(encoding).transpose()?,
            mapping: Mapping::parse(&self.columns)?,
            max_text: self.max_text,
            html: self.html,
            sheet: self.sheet.clone(),
            ..Options::default()
        })
    }
}

/// An input that can be read from the beginning as often as needed.
#[derive(Debug)]
pub struct Source {
    name: String,
    path: PathBuf,
    /// What standard input or a pipe held, in a file without a name.
    spooled: Option<File>,
    bytes: u64,
}

impl Source {
    /// The file at `path`, or standard input for `-`; what cannot be read twice is copied
    /// to a temporary file first.
    ///
    /// # Errors
    /// If it is a folder or cannot be read.
    pub fn new(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let place = |e: io::Error| Error::from(e).at(Position::file(name.clone()));
        if is_stdout(path) {
            let spooled = spool(io::stdin().lock()).map_err(place)?;
            let bytes = spooled.metadata().map_err(place)?.len();
            return Ok(Self { name, path: path.to_owned(), spooled: Some(spooled), bytes });
        }
        let metadata = std::fs::metadata(path).map_err(place)?;
        if metadata.is_dir() {
            return Err(Error::input("this is a folder; name a file in it").at(Position::file(name)));
        }
        let spooled = match metadata.is_file() {
            true => None,
            false => Some(File::open(path).and_then(spool).map_err(place)?),
        };
        let metadata = spooled.as_ref().map_or(Ok(metadata), File::metadata).map_err(place)?;
        Ok(Self { name, path: path.to_owned(), spooled, bytes: metadata.len() })
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it came from standard input or a pipe, which give their bytes only once.
    pub fn is_stream(&self) -> bool {
        self.spooled.is_some()
    }

    /// Bytes it holds, packed as it is.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Opens it at its beginning; `meter` counts what is read.
    ///
    /// # Errors
    /// If it is no table of this role.
    pub fn open(&self, role: Role, options: &Options, meter: &Meter) -> Result<Table> {
        let mut file = self.file()?;
        let place = |e: Error| e.at(Position::file(self.name.clone()));
        let container = container(&mut file).map_err(|e| place(e.into()))?;
        if options.sheet.is_some() && container != Container::Excel {
            return Err(place(Error::parameter("--sheet is for Excel workbooks, and this is none")));
        }
        match container {
            #[cfg(feature = "excel")]
            Container::Excel => Table::open_excel(&self.name, file, role, options),
            #[cfg(feature = "parquet")]
            Container::Parquet => Table::open_parquet(&self.name, file, role, options),
            // What this build does not read is refused by name.
            _ => Table::open(&self.name, Metered { file, at: 0, meter: meter.clone() }, role, options),
        }
    }

    /// Its bytes, from the beginning.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn file(&self) -> Result<File> {
        let opened = match &self.spooled {
            Some(file) => file.try_clone().and_then(|mut file| file.rewind().map(|()| file)),
            None => File::open(&self.path),
        };
        opened.map_err(|e| Error::from(e).at(Position::file(self.name.clone())))
    }

    /// What of it changes when somebody writes it: size and time.
    ///
    /// # Errors
    /// If it is gone.
    pub fn stamp(&self) -> Result<Stamp> {
        let metadata = match &self.spooled {
            Some(file) => file.metadata(),
            None => std::fs::metadata(&self.path),
        };
        let stamp = metadata.map(|m| (m.len(), m.modified().ok()));
        stamp.map_err(|e| Error::from(e).at(Position::file(self.name.clone())))
    }
}

/// Size and time of an input.
pub type Stamp = (u64, Option<SystemTime>);

/// What the file holds; it is left at its beginning.
fn container(file: &mut File) -> io::Result<Container> {
    let mut head = Vec::with_capacity(4);
    file.rewind()?;
    file.by_ref().take(4).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(Container::of(&head))
}

/// A file whose bytes are counted as they are read.
struct Metered {
    file: File,
    /// Where it is read next. Handles of one spooled file share the place the system keeps.
    at: u64,
    meter: Meter,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(self.at))?;
        let n = self.file.read(buffer)?;
        self.at += n as u64;
        self.meter.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

fn spool(mut input: impl Read) -> io::Result<File> {
    let mut file = Temporary::new()?;
    io::copy(&mut input, &mut file)?;
    Ok(file.into_file())
}

/// Opens the comments at `path` and says how they were understood.
///
/// # Errors
/// If they are no table with a text column.
pub fn comments(path: &Path, options: &Options, log: &Log) -> Result<Table> {
    let table = Source::new(path)?.open(Role::Comments, options, &Meter::default())?;
    say_notes(&table, log);
    Ok(table)
}

/// Says how a table was understood.
pub fn say_notes(table: &Table, log: &Log) {
    table.notes().iter().for_each(|note| log.note(format_args!("{}: {note}", table.name())));
}

/// Reads a table of articles; records that are none are said.
///
/// # Errors
/// If it is no such table or cannot be read.
pub fn articles(path: Option<&Path>, options: &Options, log: &Log) -> Result<HashMap<String, Article>> {
    let Some(path) = path else { return Ok(HashMap::new()) };
    // Names given for columns and the sheet of comments do not hold for articles.
    let options = Options { mapping: Mapping::default(), sheet: None, ..options.clone() };
    let mut table = Source::new(path)?.open(Role::Articles, &options, &Meter::default())?;
    say_notes(&table, log);
    let (articles, rejects) = read_articles(&mut table)?;
    for reject in rejects {
        log.note(format_args!(
            "{}: {}: {}; left out",
            reject.position(table.name()),
            reject.code,
            reject.reason
        ));
    }
    Ok(articles)
}

//! The one way an artefact (scores, rejects, models, reports) comes to be: whole or not at all.
//!
//! It is written to a temporary file beside its target, which `commit` flushes, syncs,
//! renames over the target, and syncs the folder of. Until then the target is untouched; a
//! job that dies leaves at most the temporary file, which the next job on this output
//! removes: whoever holds the output's [`Lock`] owns all temporary files of that output.
//! A resumable output is written to a file of a fixed name instead, which outlives its job.

mod explain;
mod files;
mod standard;

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use netiquette::error::{Error, Position, Result};
use tempfile::NamedTempFile;

use self::explain::explained_late;
pub use self::explain::{csv_error, explained, is_broken_pipe};
pub use self::files::journal;
use self::files::{partial, remove_stale, sync_folder, temporary};
use self::standard::Standard;
use super::lock::Lock;
use super::paths::{is_stdout, resolve};

/// Bytes gathered before they are written.
const BUFFER: usize = 256 * 1024;

/// An output that is being written.
#[derive(Debug)]
pub struct Artifact {
    path: PathBuf,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    /// A file that will be replaced as a whole. The temporary file goes before the lock does.
    Whole {
        writer: BufWriter<NamedTempFile>,
        lock: Lock,
    },
    /// A device or named pipe, which cannot be replaced.
    Direct(BufWriter<File>),
    Stdout(BufWriter<Standard>),
}

/// How a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// Everything is where it belongs.
    Whole,
    /// Whoever read standard output has closed it (`| head`): success, with nothing to say.
    ReaderGone,
}

impl Artifact {
    /// Begins an output at `path` (`-` is standard output); `wait` is how long another job on
    /// the same output may take. Follows a symbolic link to the file it names.
    ///
    /// # Errors
    /// [`Kind::Io`](netiquette::error::Kind::Io) when the folder cannot be written to, `path`
    /// is a folder, or another job holds the output.
    pub fn create(path: &Path, wait: Option<Duration>) -> Result<Self> {
        if is_stdout(path) {
            let sink = Sink::Stdout(BufWriter::with_capacity(BUFFER, Standard::new()));
            return Ok(Self { path: path.to_owned(), sink });
        }
        Self::create_file(path, wait, false)
    }

    /// Begins an output that can be resumed, or finds what an earlier job wrote of it: to be
    /// followed by [`resume_at`](Artifact::resume_at).
    ///
    /// # Errors
    /// As [`create`](Artifact::create), and
    /// [`Kind::Parameter`](netiquette::error::Kind::Parameter) when `path` is no regular file.
    pub fn resumable(path: &Path, wait: Option<Duration>) -> Result<Self> {
        let created = match is_stdout(path) {
            true => None,
            false => Some(Self::create_file(path, wait, true)?),
        };
        match created {
            Some(artifact) if matches!(artifact.sink, Sink::Whole { .. }) => Ok(artifact),
            _ => Err(Error::parameter("--resume needs a file to write to, as in `-o scores.csv`")
                .at(Position::file(path.display().to_string()))),
        }
    }

    fn create_file(path: &Path, wait: Option<Duration>, resumable: bool) -> Result<Self> {
        let path = resolve(path).map_err(|e| explained(e, path))?;
        let there = std::fs::metadata(&path).ok();
        if there.as_ref().is_some_and(std::fs::Metadata::is_dir) {
            return Err(explained(io::ErrorKind::IsADirectory.into(), &path).into());
        }
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            let file = File::options().write(true).open(&path).map_err(|e| explained(e, &path))?;
            return Ok(Self { path, sink: Sink::Direct(BufWriter::with_capacity(BUFFER, file)) });
        }
        let lock = Lock::acquire(&path, wait)?;
        let begin = || -> io::Result<NamedTempFile> {
            remove_stale(&path, resumable)?;
            let temporary = if resumable { partial(&path)? } else { temporary(&path)? };
            // Looked at again, for the job waited for may have made it.
            if let Ok(there) = std::fs::metadata(&path) {
                temporary.as_file().set_permissions(there.permissions())?;
            }
            Ok(temporary)
        };
        let temporary = begin().map_err(|e| explained(e, &path))?;
        Ok(Self { path, sink: Sink::Whole { writer: BufWriter::with_capacity(BUFFER, temporary), lock } })
    }

    /// The file that is being made, links followed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes written and flushed, counting those of an earlier job; 0 for what is no file.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn length(&self) -> io::Result<u64> {
        match &self.sink {
            Sink::Whole { writer, .. } => Ok(writer.get_ref().as_file().metadata()?.len()),
            Sink::Direct(_) | Sink::Stdout(_) => Ok(0),
        }
    }

    /// Keeps the first `length` bytes of what an earlier job wrote and goes on behind them.
    ///
    /// # Errors
    /// If the system does not let it.
    pub fn resume_at(&mut self, length: u64) -> io::Result<()> {
        let Sink::Whole { writer, .. } = &mut self.sink else { return Ok(()) };
        let file = writer.get_mut().as_file_mut();
        let resumed = file.set_len(length).and_then(|()| file.seek(SeekFrom::Start(length)));
        resumed.map(drop).map_err(|e| explained(e, &self.path))
    }

    /// Makes what was flushed survive a power loss; its length.
    ///
    /// # Errors
    /// If it cannot be synced.
    pub fn sync(&self) -> io::Result<u64> {
        let Sink::Whole { writer, .. } = &self.sink else { return Ok(0) };
        let synced = writer.get_ref().as_file().sync_data().and_then(|()| self.length());
        synced.map_err(|e| explained(e, &self.path))
    }

    /// Replaces the journal of this output.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_journal(&self, content: &[u8]) -> io::Result<()> {
        let write = || {
            let mut file = temporary(&self.path)?;
            file.write_all(content)?;
            replace(file, &journal(&self.path))
        };
        write().map_err(|e| explained(e, &self.path))
    }

    /// Makes the output what was written. Without it, dropping the artefact leaves no trace.
    ///
    /// # Errors
    /// [`Kind::Io`](netiquette::error::Kind::Io); the old output is then untouched, unless the
    /// message says that only the folder could not be synced.
    pub fn commit(self) -> Result<Committed> {
        let Self { path, sink } = self;
        let committed = match sink {
            Sink::Whole { writer, lock } => commit_whole(writer, &path).map(|()| drop(lock)),
            Sink::Direct(mut writer) => writer.flush(),
            Sink::Stdout(mut writer) => writer.flush(),
        };
        match committed {
            Ok(()) => Ok(Committed::Whole),
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Committed::ReaderGone),
            Err(e) => Err(explained(e, &path).into()),
        }
    }
}

fn commit_whole(writer: BufWriter<NamedTempFile>, path: &Path) -> io::Result<()> {
    let temporary = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    replace(temporary, path)?;
    // A journal without its unfinished output means nothing: whether it goes does not matter.
    let _ = std::fs::remove_file(journal(path));
    Ok(())
}

/// The one way a file gets its name: all of it on disk, renamed, the folder on disk.
fn replace(temporary: NamedTempFile, path: &Path) -> io::Result<()> {
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|e| e.error)?;
    sync_folder(path).map_err(|e| explained_late(&e, path))
}

impl Write for Artifact {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.sink {
            Sink::Whole { writer, .. } => writer.write(bytes),
            Sink::Direct(writer) => writer.write(bytes),
            Sink::Stdout(writer) => writer.write(bytes),
        };
        written.map_err(|e| explained(e, &self.path))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = match &mut self.sink {
            Sink::Whole { writer, .. } => writer.flush(),
            Sink::Direct(writer) => writer.flush(),
            Sink::Stdout(writer) => writer.flush(),
        };
        flushed.map_err(|e| explained(e, &self.path))
    }
}

#[cfg(test)]
mod tests;

//! The one way an artefact (scores, rejects, models, reports) comes to be: whole or not at all.
//!
//! It is written to a temporary file beside its target, which `commit` flushes, syncs,
//! renames over the target, and syncs the folder of. Until then the target is untouched; a
//! job that dies leaves at most the temporary file, which the next job on this output
//! removes: whoever holds the output's [`Lock`] owns all temporary files of that output.

use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use netiquette::error::{Error, Result};
use tempfile::NamedTempFile;

use super::lock::Lock;
use super::paths::{beside, folder_of, is_stdout, resolve};

/// Bytes gathered before they are written.
const BUFFER: usize = 256 * 1024;

/// What every temporary file has in its name behind the name of its target.
const TEMPORARY: &str = ".netiquette-";

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
    Stdout(BufWriter<Stdout>),
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
            let sink = Sink::Stdout(BufWriter::with_capacity(BUFFER, io::stdout()));
            return Ok(Self { path: path.to_owned(), sink });
        }
        Self::create_file(path, wait)
    }

    fn create_file(path: &Path, wait: Option<Duration>) -> Result<Self> {
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
        remove_stale(&path).map_err(|e| explained(e, &path))?;
        let temporary = temporary(&path).map_err(|e| explained(e, &path))?;
        if let Some(there) = there {
            temporary.as_file().set_permissions(there.permissions()).map_err(|e| explained(e, &path))?;
        }
        Ok(Self { path, sink: Sink::Whole { writer: BufWriter::with_capacity(BUFFER, temporary), lock } })
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
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|e| e.error)?;
    sync_folder(path)
        .map_err(|e| io::Error::new(e.kind(), format!("written, but its folder cannot be synced: {e}")))
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

/// Whether `error` comes of a reader that closed its end: `| head` is no failure.
pub fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let kind = |e: &(dyn std::error::Error + 'static)| e.downcast_ref::<io::Error>().map(io::Error::kind);
    std::iter::successors(Some(error), |e| e.source()).any(|e| kind(e) == Some(io::ErrorKind::BrokenPipe))
}

/// The error of a CSV writer as what it can only be, one of writing (the conversion of the
/// csv crate itself hides the kind).
pub fn csv_error(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => e.into(),
        other => io::Error::other(format!("{other:?}")).into(),
    }
}

fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let companion = beside(path, TEMPORARY);
    let mut builder = tempfile::Builder::new();
    builder.prefix(companion.file_name().unwrap_or_default()).suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: the umask takes its share.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder_of(path))
}

/// Removes what dead jobs left of this output. Only the holder of its lock may.
fn remove_stale(path: &Path) -> io::Result<()> {
    let companion = beside(path, TEMPORARY);
    let prefix = companion.file_name().unwrap_or_default().as_encoded_bytes();
    for entry in std::fs::read_dir(folder_of(path))? {
        let name = entry?.file_name();
        if name.as_encoded_bytes().starts_with(prefix) && name.as_encoded_bytes().ends_with(b".tmp") {
            std::fs::remove_file(folder_of(path).join(name))?;
        }
    }
    Ok(())
}

/// Makes a rename in the folder of `path` survive a power loss.
fn sync_folder(path: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder_of(path))?.sync_all(),
        false => Ok(()),
    }
}

/// The same error, with its path and what to do about it.
pub fn explained(error: io::Error, path: &Path) -> io::Error {
    use io::ErrorKind as K;
    if error.get_ref().is_some_and(|inner| inner.is::<Explained>()) {
        return error;
    }
    let advice = match error.kind() {
        K::StorageFull | K::QuotaExceeded | K::FileTooLarge => {
            "there is no space left for it; the old file is untouched"
        }
        K::PermissionDenied => "this user may not write there",
        K::ReadOnlyFilesystem => "the file system is read-only",
        K::IsADirectory => "it is a folder; name a file in it",
        K::NotFound | K::NotADirectory => "its folder does not exist; make it first",
        _ => "writing failed; the old file is untouched",
    };
    let message = Explained(format!("`{}` cannot be written: {advice} ({error})", path.display()));
    io::Error::new(error.kind(), message)
}

/// Marks an error that has been explained, so that it is not explained twice.
#[derive(Debug)]
struct Explained(String);

impl std::fmt::Display for Explained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Explained {}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_seen_before_the_commit_and_all_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let mut artifact = Artifact::create(&path, None).unwrap();
        artifact.write_all(b"new").unwrap();
        artifact.flush().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(artifact.commit().unwrap(), Committed::Whole);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn what_is_dropped_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut artifact = Artifact::create(&path, None).unwrap();
        artifact.write_all(b"half").unwrap();
        assert_eq!(names(folder.path()).len(), 2, "the temporary file and the lock");
        drop(artifact);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn the_next_job_removes_what_a_dead_one_left_of_this_output_only() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            [".out.csv.netiquette-Xy12.tmp", ".other.csv.netiquette-Xy12.tmp", ".out.csv.lock", "out.csv.tmp"]
        {
            fs::write(folder.path().join(name), "half").unwrap();
        }
        Artifact::create(&folder.path().join("out.csv"), None).unwrap().commit().unwrap();
        assert_eq!(names(folder.path()), [".other.csv.netiquette-Xy12.tmp", "out.csv", "out.csv.tmp"]);
    }

    #[test]
    fn one_output_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let first = Artifact::create(&path, None).unwrap();
        let error = Artifact::create(&path, None).unwrap_err().to_string();
        assert!(error.contains("another job"), "{error}");
        first.commit().unwrap();
        assert!(path.exists());
    }

    #[test]
    fn what_cannot_be_an_output_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let cases = [
            (folder.path().to_owned(), "it is a folder"),
            (folder.path().join("absent").join("out.csv"), "its folder does not exist"),
        ];
        for (path, what) in cases {
            let error = Artifact::create(&path, None).unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
            assert_eq!(error.to_string().matches("cannot be written").count(), 1, "{error}");
        }
    }

    #[test]
    fn errors_keep_their_kind_and_are_explained_once() {
        let once = explained(io::ErrorKind::StorageFull.into(), Path::new("out.csv"));
        let twice = explained(once, Path::new("out.csv"));
        assert_eq!(twice.kind(), io::ErrorKind::StorageFull);
        assert_eq!(twice.to_string().matches("no space left").count(), 1, "{twice}");
    }

    #[test]
    fn a_closed_pipe_is_told_from_a_failure() {
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(is_broken_pipe(&Error::from(explained(broken(), Path::new("-")))));
        assert!(is_broken_pipe(&csv_error(csv::Error::from(broken()))));
        assert!(!is_broken_pipe(&Error::from(io::Error::from(io::ErrorKind::StorageFull))));
        assert!(!is_broken_pipe(&Error::input("x")));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_permissions_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.csv"), folder.path().join("link.csv"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real.csv", &link).unwrap();
        let mut artifact = Artifact::create(&link, None).unwrap();
        artifact.write_all(b"new").unwrap();
        artifact.commit().unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_and_not_replaced() {
        let null = Artifact::create(Path::new("/dev/null"), None).unwrap();
        assert!(matches!(null.sink, Sink::Direct(_)));
        if !Path::new("/dev/full").exists() {
            return eprintln!("skipped: there is no /dev/full");
        }
        let mut full = Artifact::create(Path::new("/dev/full"), None).unwrap();
        full.write_all(b"x").unwrap();
        let error = full.commit().unwrap_err().to_string();
        assert!(error.contains("no space left"), "{error}");
    }
}

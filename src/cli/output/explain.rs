//! What went wrong with an output, for people.

use std::io;
use std::path::Path;

use netiquette::error::Error;

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

/// The error of what is left to do once a file has its name.
pub(super) fn explained_late(error: &io::Error, path: &Path) -> io::Error {
    let whole = "is written and whole, but its folder cannot be synced: a power loss may undo it";
    io::Error::new(error.kind(), Explained(format!("`{}` {whole} ({error})", path.display())))
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

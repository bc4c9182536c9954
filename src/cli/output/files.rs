//! The files beside an output while it is being made, and who cleans them up.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use crate::cli::paths::{beside, folder_of};

/// What every temporary file has in its name behind the name of its target.
const TEMPORARY: &str = ".netiquette-";
/// Name of the unfinished output of a job that can be resumed.
const PARTIAL: &str = ".netiquette-partial";
/// Name of the journal of a job that can be resumed.
const JOURNAL: &str = ".netiquette-journal";

/// Where the journal of an output is.
pub fn journal(path: &Path) -> PathBuf {
    beside(path, JOURNAL)
}

/// The unfinished output of a resumable job, begun or found; it outlives its job.
pub(super) fn partial(path: &Path) -> io::Result<NamedTempFile> {
    let partial = beside(path, PARTIAL);
    let file = File::options().read(true).write(true).create(true).truncate(false).open(&partial)?;
    let mut kept = NamedTempFile::from_parts(file, TempPath::try_from_path(partial)?);
    kept.disable_cleanup(true);
    Ok(kept)
}

pub(super) fn temporary(path: &Path) -> io::Result<NamedTempFile> {
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

/// Removes what dead jobs left of this output; what a job can be resumed from only without
/// `keep`. Only the holder of its lock may.
pub(super) fn remove_stale(path: &Path, keep: bool) -> io::Result<()> {
    let temporary = beside(path, TEMPORARY);
    let prefix = temporary.file_name().unwrap_or_default().as_encoded_bytes();
    for entry in std::fs::read_dir(folder_of(path))? {
        let name = entry?.file_name();
        let name_is = |kept: &str| beside(path, kept).file_name() == Some(name.as_os_str());
        let bytes = name.as_encoded_bytes();
        let resumable = name_is(PARTIAL) || name_is(JOURNAL);
        if bytes.starts_with(prefix) && (bytes.ends_with(b".tmp") || resumable && !keep) {
            std::fs::remove_file(folder_of(path).join(name))?;
        }
    }
    Ok(())
}

/// Makes a rename in the folder of `path` survive a power loss.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder_of(path))?.sync_all(),
        false => Ok(()),
    }
}

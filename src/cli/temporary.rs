//! Files without a name for what has no room in memory or can be read but once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// A file in the folder for temporary files, gone with its last handle, whatever ends the job.
/// Errors say which folder that is.
pub struct Temporary(File);

impl Temporary {
    /// An empty one.
    ///
    /// # Errors
    /// If none can be made.
    pub fn new() -> io::Result<Self> {
        tempfile::tempfile().map(Self).map_err(explained)
    }

    /// The file itself.
    pub fn into_file(self) -> File {
        self.0
    }
}

fn explained(error: io::Error) -> io::Error {
    // Interrupted calls are made again by whoever reads the kind.
    if error.kind() == io::ErrorKind::Interrupted {
        return error;
    }
    let folder = std::env::temp_dir();
    let message = format!(
        "no temporary file can be kept in `{}` (TMPDIR names another folder): {error}",
        folder.display()
    );
    io::Error::new(error.kind(), message)
}

impl Read for Temporary {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(explained)
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(explained)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(explained)
    }
}

impl Seek for Temporary {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to).map_err(explained)
    }
}

//! One job per output: a lock that the operating system holds and a dead owner loses.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use netiquette::error::{Error, Position, Result};

/// How often a job that waits looks whether the lock is free.
const PAUSE: Duration = Duration::from_millis(50);

/// The lock of an output, held until it is dropped. The file `.NAME.lock` beside the output
/// says nothing by existing; it goes with its last holder.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of `target`, waiting at most `wait` for another job to finish.
    ///
    /// # Errors
    /// [`Kind::Io`](netiquette::error::Kind::Io) when another job holds it, or none can be made.
    pub fn acquire(target: &Path, wait: Option<Duration>) -> Result<Self> {
        let path = super::paths::beside(target, ".lock");
        let deadline = wait.and_then(|wait| Instant::now().checked_add(wait));
        loop {
            match Self::try_acquire(&path) {
                Ok(Some(lock)) => return Ok(lock),
                Ok(None) => {}
                Err(e) => return Err(super::output::explained(e, target).into()),
            }
            if deadline.is_none_or(|deadline| Instant::now() >= deadline) {
                let busy = "another job is writing this output (--wait SECONDS waits for it)";
                return Err(Error::from(io::Error::new(io::ErrorKind::WouldBlock, busy))
                    .at(Position::file(target.display().to_string())));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// `None` if another job holds the lock, or has just removed its file.
    fn try_acquire(path: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(e)) => return Err(e),
        }
        // The last holder removes the file before it lets go: what was locked may be gone.
        let held = same_file::Handle::from_file(file.try_clone()?)?;
        match same_file::Handle::from_path(path) {
            Ok(there) if there == held => Ok(Some(Self { file, path: path.to_owned() })),
            Ok(_) => Ok(None),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held, so that nobody else's lock is; if that fails, the file
        // stays behind unlocked, which is no obstacle.
        let _ = std::fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_job_is_refused_and_a_third_succeeds() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.csv");
        let first = Lock::acquire(&target, None).unwrap();
        let error = Lock::acquire(&target, Some(Duration::from_millis(60))).unwrap_err();
        assert!(error.to_string().contains("another job"), "{error}");
        drop(first);
        drop(Lock::acquire(&target, None).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_lock_file_without_an_owner_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.csv");
        std::fs::write(folder.path().join(".out.csv.lock"), "").unwrap();
        assert!(Lock::acquire(&target, None).is_ok());
    }

    #[test]
    fn who_waits_gets_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.csv");
        let first = Lock::acquire(&target, None).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Lock::acquire(&target, Some(Duration::from_secs(60))).map(drop));
            drop(first);
            assert!(second.join().unwrap().is_ok());
        });
    }
}

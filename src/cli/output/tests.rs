//! Outputs appear whole or not at all.

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

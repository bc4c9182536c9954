//! Which file a path means: what is an output may not be an input as well.

use std::io;
use std::path::{Path, PathBuf};

use netiquette::error::{Error, Position, Result};
use same_file::Handle;

use super::output::explained;

/// Whether `path` stands for a standard stream.
pub fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Refuses outputs that are an input, a model or each other, also through links.
///
/// # Errors
/// [`Kind::Parameter`](netiquette::error::Kind::Parameter), before anything was opened.
pub fn refuse_collision(outputs: &[&Path], inputs: &[&Path]) -> Result<()> {
    for (i, output) in outputs.iter().enumerate() {
        for other in &outputs[i + 1..] {
            if is_stdout(output) && is_stdout(other) || is_same(output, other, Handle::stdout) {
                return Err(refusal(output, "another output", other));
            }
        }
        for input in inputs {
            if is_same(output, input, Handle::stdin) {
                return Err(refusal(output, "an input", input));
            }
        }
    }
    Ok(())
}

fn refusal(output: &Path, what: &str, other: &Path) -> Error {
    let message = format!("the output is also {what} (`{}`); nothing was written", other.display());
    Error::parameter(message).at(Position::file(output.display().to_string()))
}

/// Whether two paths are one regular file (device and inode), or would be once created.
/// `-` is told by the file it is redirected to: standard output for the one, `stream` for
/// the other.
fn is_same(output: &Path, other: &Path, stream: fn() -> io::Result<Handle>) -> bool {
    let handle = |path: &Path, stream: fn() -> io::Result<Handle>| {
        let handle = match is_stdout(path) {
            true => stream(),
            // Opening and closing a named pipe would end whoever writes to it.
            false if std::fs::metadata(path).is_ok_and(|m| !m.is_file()) => return None,
            false => Handle::from_path(path),
        };
        handle.ok().filter(|h| h.as_file().metadata().is_ok_and(|m| m.is_file()))
    };
    match (handle(output, Handle::stdout), handle(other, stream)) {
        (Some(a), Some(b)) => a == b,
        (None, None) if !is_stdout(output) && !is_stdout(other) => match (resolve(output), resolve(other)) {
            (Ok(a), Ok(b)) => a == b && !a.exists(),
            _ => false,
        },
        _ => false,
    }
}

/// The path of the file itself: links followed, the folder absolute.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    if let Ok(real) = path.canonicalize() {
        return Ok(real);
    }
    // It does not exist yet, or is a link to what does not exist yet.
    if let Ok(link) = path.read_link() {
        let target = folder_of(path).join(link);
        return Ok(folder_of(&target).canonicalize()?.join(target.file_name().unwrap_or_default()));
    }
    let folder = folder_of(path).canonicalize().map_err(|e| explained(e, path))?;
    match path.file_name() {
        Some(name) => Ok(folder.join(name)),
        None => Err(explained(io::ErrorKind::IsADirectory.into(), path)),
    }
}

/// The folder a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The hidden companion `.NAME` + `suffix` of a file.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(suffix);
    folder_of(path).join(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn an_output_that_is_an_input_is_refused_also_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("in.csv"), "text").unwrap();
        fs::write(at("other.csv"), "text").unwrap();
        fs::hard_link(at("in.csv"), at("hard.csv")).unwrap();
        std::os::unix::fs::symlink(at("in.csv"), at("soft.csv")).unwrap();
        let refused = |outputs: &[&Path], inputs: &[&Path]| refuse_collision(outputs, inputs).is_err();
        for name in ["in.csv", "hard.csv", "soft.csv"] {
            assert!(refused(&[&at(name)], &[&at("other.csv"), &at("in.csv")]), "{name}");
        }
        assert!(!refused(&[&at("new.csv"), &at("other.csv")], &[&at("in.csv")]));
        assert!(refused(&[&at("new.csv"), &folder.path().join(".").join("new.csv")], &[]));
        assert!(refused(&[Path::new("-"), Path::new("-")], &[]));
        assert!(!refused(&[Path::new("/dev/null"), Path::new("/dev/null")], &[&at("in.csv")]));
    }
}

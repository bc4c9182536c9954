//! A folder and the binary in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// Two comments under one article, the first with everything a dialect has to quote.
pub const TWO: &str =
    "id,article_id,text\n1,a,\"Grüße, liebe \"\"Redaktion\"\"\nzweite Zeile\"\n2,a,Danke für den Bericht\n";

/// A folder of its own for a test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file.
    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.at(name), content).unwrap();
        self.at(name)
    }

    /// Reads a file.
    pub fn get(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    /// The names of all files, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The binary, run in the folder with nothing of the caller's configuration.
    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::cargo_bin("netiquette").unwrap();
        command.current_dir(self.path()).env_remove("NETIQUETTE_CONFIG").args(line);
        command
    }

    /// Runs it and expects an exit code.
    #[track_caller]
    pub fn run(&self, line: &[&str], code: i32) -> Done {
        done(self.command(line).output().unwrap(), code)
    }
}

/// What a run said.
pub struct Done {
    pub out: String,
    pub err: String,
}

#[track_caller]
pub fn done(output: Output, code: i32) -> Done {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let done = Done { out: text(output.stdout), err: text(output.stderr) };
    assert_eq!(output.status.code(), Some(code), "{}", done.err);
    done
}

/// One column of a CSV text.
pub fn column(text: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|n| n == name).unwrap();
    reader.records().map(|r| r.unwrap()[at].to_owned()).collect()
}

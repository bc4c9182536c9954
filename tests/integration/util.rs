//! A fresh directory, the executable in it, and what it said.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A directory of its own for one test.
pub struct Desk {
    dir: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Runs netiquette with these arguments (split at blanks) in the directory.
    pub fn run(&self, arguments: &str) -> Ran {
        self.run_with(&arguments.split_whitespace().collect::<Vec<_>>(), b"")
    }

    /// Runs netiquette with these arguments and this standard input.
    pub fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_netiquette"))
            .args(arguments)
            .current_dir(self.dir.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let out = child.wait_with_output().unwrap();
        Ran {
            code: out.status.code().unwrap_or(-1),
            stdout: String::from_utf8(out.stdout).unwrap(),
            stderr: String::from_utf8(out.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The run, if it ended with `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Whether standard error says `what`.
    #[track_caller]
    pub fn says(self, what: &str) -> Self {
        assert!(self.stderr.contains(what), "not said: {what}\n{}", self.stderr);
        self
    }

    /// Standard output as a table of rows by column name.
    pub fn table(&self) -> Vec<std::collections::HashMap<String, String>> {
        table(&self.stdout)
    }
}

pub fn table(csv: &str) -> Vec<std::collections::HashMap<String, String>> {
    csv::Reader::from_reader(csv.as_bytes()).deserialize().collect::<Result<_, _>>().unwrap()
}

/// A file of the repository.
pub fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A folder beside the repository; `None`, with a word why, where it is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = repository("../shared").join(name);
    if !path.exists() {
        eprintln!("skipped: ../shared/{name} is not there");
        return None;
    }
    Some(path)
}

/// `rows` judged comments of the repository's own, every `step`-th.
pub fn labelled(desk: &Desk, rows: usize, step: usize) -> PathBuf {
    let mut reader = csv::Reader::from_path(repository("data/labelled.csv")).unwrap();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(reader.headers().unwrap()).unwrap();
    for record in reader.records().step_by(step).take(rows) {
        writer.write_record(&record.unwrap()).unwrap();
    }
    desk.write("labelled.csv", writer.into_inner().unwrap())
}

/// Parameters of a small model that trains in a moment.
pub const SMALL: &str = "char_bits = 12\nword_bits = 12\nfolds = 3\n";

/// Trains `small.model` in `desk` on a few hundred comments, both labels.
pub fn small_model(desk: &Desk) {
    labelled(desk, 400, 3);
    desk.write("small.toml", SMALL);
    let articles = repository("data/articles.csv");
    let articles = articles.to_str().unwrap();
    let arguments =
        ["train", "labelled.csv", "--articles", articles, "--config", "small.toml", "--model", "small.model"];
    desk.run_with(&arguments, b"").expect(0);
}

/// The sample thread and its article, in `desk`.
pub fn sample(desk: &Desk) {
    for name in ["comments.csv", "articles.csv"] {
        desk.write(name, std::fs::read(repository("data/sample").join(name)).unwrap());
    }
}

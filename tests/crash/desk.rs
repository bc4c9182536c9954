//! A folder with comments to score, and the program to do it with.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// What stands in the outputs before the job.
pub const OLD: &[u8] = b"what an earlier night wrote\n";

/// A desk: `comments.csv` in a folder of its own.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// With `rows` comments, some of them malformed.
    pub fn new(rows: usize) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(desk.at("comments.csv"), table(0..rows)).unwrap();
        desk
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.at(name)).ok()
    }

    /// Names of all files but the input, hidden ones too.
    pub fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = names.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "comments.csv");
        names.sort();
        names
    }

    /// Removes all but the input.
    pub fn clear(&self) {
        self.names().iter().for_each(|name| fs::remove_file(self.at(name)).unwrap());
    }

    /// Removes all but the input, and puts old outputs there.
    pub fn put_old(&self) {
        self.clear();
        ["out.csv", "rejects.csv"].iter().for_each(|name| fs::write(self.at(name), OLD).unwrap());
    }

    /// The job with its usual options and `more`.
    pub fn job(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netiquette"));
        self.arguments(&mut command, more);
        command
    }

    /// The job as an argument of another program.
    pub fn job_under(&self, program: &str, options: &[&str], more: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(options).arg(env!("CARGO_BIN_EXE_netiquette"));
        self.arguments(&mut command, more);
        command
    }

    fn arguments(&self, command: &mut Command, more: &[&str]) {
        command.current_dir(self.folder.path());
        command.args(["score", "comments.csv", "-o", "out.csv", "--rejects", "rejects.csv"]).args(more);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    }

    pub fn run(&self, more: &[&str]) -> Output {
        self.job(more).output().unwrap()
    }

    /// What an undisturbed job writes: scores and rejects.
    pub fn reference(&self, more: &[&str]) -> Reference {
        self.clear();
        let output = self.run(more);
        assert!(is_success(&output), "{}", message(&output));
        assert_eq!(self.names(), ["out.csv", "rejects.csv"]);
        let read = |name| self.read(name).unwrap();
        let reference = Reference { out: read("out.csv"), rejects: read("rejects.csv") };
        self.clear();
        reference
    }

    /// A job that was stopped in its tracks as soon as `file` was there.
    pub fn stopped(&self, more: &[&str], file: &str) -> Child {
        for _ in 0..50 {
            let mut child = self.job(more).spawn().unwrap();
            while child.try_wait().unwrap().is_none() {
                if self.at(file).exists() {
                    signal(&child, "STOP");
                    // Still there: it was caught before it had ended.
                    if child.try_wait().unwrap().is_none() && self.at(file).exists() {
                        return child;
                    }
                    signal(&child, "CONT");
                }
            }
        }
        panic!("no job was caught while {file} was there");
    }
}

/// What an undisturbed job writes.
#[derive(PartialEq)]
pub struct Reference {
    pub out: Vec<u8>,
    pub rejects: Vec<u8>,
}

/// A table of comments with the identifiers `c0`, `c1` ...; every fortieth row is malformed.
pub fn table(rows: std::ops::Range<usize>) -> String {
    let words =
        ["Ampel", "immer", "Rathaus", "Unsinn", "Radweg", "danke", "wieder", "Geld", "leise", "niemals"];
    let mut random = Random(1);
    let mut table = "id,article_id,parent_id,text\n".to_owned();
    for i in 0..rows.end {
        let text: Vec<&str> = (0..8 + random.below(30)).map(|_| words[random.below(words.len())]).collect();
        let parent =
            if i > 9 && i % 3 == 0 { format!("c{}", i - 1 - random.below(9)) } else { String::new() };
        let line = match i % 40 {
            39 => format!("c{i},zu wenig\n"),
            _ => format!("c{i},a{},{parent},\"{} {i}\"\n", i / 50, text.join(" ")),
        };
        if rows.contains(&i) {
            table.push_str(&line);
        }
    }
    table
}

/// A small generator of random numbers (splitmix64): the same in every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) % limit as u64) as usize
    }

    /// A moment within `span`.
    pub fn moment(&mut self, span: Duration) -> Duration {
        span * self.below(10_000) as u32 / 10_000
    }
}

/// Sends a signal to a job.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
    // A job that has just ended gets none.
    drop(sent);
}

/// Done, with or without rejected rows.
pub fn is_success(output: &Output) -> bool {
    matches!(output.status.code(), Some(0 | 3))
}

pub fn is_killed(output: &Output) -> bool {
    output.status.signal().is_some()
}

pub fn message(output: &Output) -> String {
    format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr))
}

/// The identifiers of an output, in order.
pub fn ids(path: &Path) -> Vec<String> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(|row| row.unwrap()[0].to_owned()).collect()
}

//! Running the program, and tables to run it on.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// Runs netiquette with `args` in `folder`.
pub fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netiquette"));
    command.current_dir(folder).args(args).output().unwrap()
}

/// Standard output of a run that ended with `code`.
pub fn stdout(folder: &Path, args: &[&str], code: i32) -> String {
    let output = run(folder, args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The same as JSON.
pub fn json(folder: &Path, args: &[&str], code: i32) -> Value {
    serde_json::from_str(&stdout(folder, args, code)).unwrap()
}

/// A file of the repository.
pub fn of_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The same as text, for an argument.
pub fn argument(path: &str) -> String {
    of_repository(path).to_str().unwrap().to_owned()
}

/// Header and rows of the judged comments that come with the program.
pub fn labelled() -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(of_repository("data/labelled.csv")).unwrap();
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
    (header, rows)
}

/// Number of a column.
pub fn column(header: &[String], name: &str) -> usize {
    header.iter().position(|h| h == name).unwrap()
}

/// Writes a table.
pub fn write(path: &Path, header: &[String], rows: impl IntoIterator<Item = Vec<String>>) {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(header).unwrap();
    rows.into_iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
}

/// A small model trained on `rows` for `incivility`, written to `path`.
pub fn train(folder: &Path, path: &str, header: &[String], rows: Vec<Vec<String>>) {
    write(&folder.join("train.csv"), header, rows);
    std::fs::write(folder.join("small.toml"), "folds = 2\nchar_bits = 12\nword_bits = 12\n").unwrap();
    stdout(
        folder,
        &["train", "train.csv", "--labels", "incivility", "--config", "small.toml", "--model", path],
        0,
    );
}

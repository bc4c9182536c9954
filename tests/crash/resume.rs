//! What a job may be resumed as.

use std::fs;

use crate::desk::{Desk, is_success, message};

const RESUME: [&str; 3] = ["--resume", "--checkpoint", "100"];
const JOURNAL: &str = ".out.csv.netiquette-journal";

/// A desk where a resumable job has died behind a checkpoint.
fn died() -> Desk {
    let desk = Desk::new(3000);
    let mut job = desk.stopped(&RESUME, JOURNAL);
    job.kill().unwrap();
    job.wait().unwrap();
    desk
}

#[test]
fn another_job_is_refused_and_told_why() {
    let desk = died();
    let with = |more: &[&'static str]| [&RESUME, more].concat();
    for (more, what) in [
        (with(&["--no-thread"]), "--no-thread"),
        (with(&["--format", "jsonl"]), "--format"),
        (with(&["--encoding", "windows-1252"]), "how the input is read"),
        (with(&["--spreadsheet-safe"]), "--spreadsheet-safe"),
    ] {
        let output = desk.run(&more);
        assert_eq!(output.status.code(), Some(2), "{}", message(&output));
        assert!(message(&output).contains(&format!("changed since: {what};")), "{}", message(&output));
    }
    let comments = fs::read(desk.at("comments.csv")).unwrap();
    fs::write(desk.at("comments.csv"), &comments[..comments.len() - 1]).unwrap();
    let output = desk.run(&RESUME);
    assert_eq!(output.status.code(), Some(2), "{}", message(&output));
    assert!(message(&output).contains("changed since: the comments;"), "{}", message(&output));
    fs::write(desk.at("comments.csv"), &comments).unwrap();
    let output = desk.run(&RESUME);
    assert!(is_success(&output) && message(&output).contains("resumed behind row"), "{}", message(&output));
    let resumed = desk.read("out.csv").unwrap();
    assert!(resumed == desk.reference(&[]).out);
}

/// Two models in one pass: what was counted of each is gone on with.
#[test]
fn a_job_of_two_models_is_resumed() {
    let elsewhere = tempfile::tempdir().unwrap();
    let model = elsewhere.path().join("other.model");
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/models/default.model"), &model).unwrap();
    let summary = elsewhere.path().join("s.json");
    let paths = [model.to_str().unwrap(), summary.to_str().unwrap()];
    let models = ["--model", "default", "--model", paths[0], "--summary", paths[1]];
    let desk = Desk::new(3000);
    let reference = desk.reference(&models);
    let counted = fs::read(&summary).unwrap();
    let mut job = desk.stopped(&[&RESUME[..], &models].concat(), JOURNAL);
    job.kill().unwrap();
    job.wait().unwrap();
    let one = desk.run(&[&RESUME[..], &models[..2]].concat());
    assert!(message(&one).contains("changed since: the model, the model (2);"), "{}", message(&one));
    let output = desk.run(&[&RESUME[..], &models].concat());
    assert!(is_success(&output) && message(&output).contains("resumed behind row"), "{}", message(&output));
    assert!(desk.read("out.csv").unwrap() == reference.out);
    assert_eq!(fs::read(&summary).unwrap(), counted);
}

#[test]
fn without_resume_the_job_begins_anew_and_leaves_no_journal() {
    let desk = died();
    let output = desk.run(&[]);
    assert!(is_success(&output), "{}", message(&output));
    assert_eq!(desk.names(), ["out.csv", "rejects.csv"]);
}

#[test]
fn a_damaged_journal_is_refused_and_a_lost_output_is_begun_anew() {
    let desk = died();
    let journal = desk.read(JOURNAL).unwrap();
    fs::write(desk.at(JOURNAL), &journal[..journal.len() / 2]).unwrap();
    let output = desk.run(&RESUME);
    assert_eq!(output.status.code(), Some(2), "{}", message(&output));
    fs::write(desk.at(JOURNAL), &journal).unwrap();
    fs::remove_file(desk.at(".out.csv.netiquette-partial")).unwrap();
    let output = desk.run(&RESUME);
    assert!(is_success(&output) && !message(&output).contains("resumed"), "{}", message(&output));
    let anew = desk.read("out.csv").unwrap();
    assert!(anew == desk.reference(&[]).out);
}

#[test]
fn what_is_no_file_cannot_be_resumed() {
    let desk = Desk::new(10);
    for output in ["-", "/dev/null"] {
        let mut job = std::process::Command::new(env!("CARGO_BIN_EXE_netiquette"));
        let job = job.args(["score", "comments.csv", "--resume", "-o", output]).current_dir(desk.at(""));
        let output = job.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", message(&output));
        assert!(message(&output).contains("--resume needs a file"), "{}", message(&output));
    }
}

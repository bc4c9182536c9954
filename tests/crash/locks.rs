//! Two jobs on one output, and what happens around a running job.

use std::fs;
use std::io::Write;

use crate::desk::{Desk, is_success, message, signal};

const LOCK: &str = ".out.csv.lock";

#[test]
fn a_second_job_fails_at_once_or_waits() {
    let desk = Desk::new(3000);
    let reference = desk.reference(&[]);
    let first = desk.stopped(&[], LOCK);
    let second = desk.run(&[]);
    assert_eq!(second.status.code(), Some(2), "{}", message(&second));
    assert!(message(&second).contains("another job"), "{}", message(&second));
    assert!(desk.read("out.csv").is_none());
    let third = desk.job(&["--wait", "600"]).spawn().unwrap();
    signal(&first, "CONT");
    for job in [first, third] {
        let output = job.wait_with_output().unwrap();
        assert!(is_success(&output), "{}", message(&output));
    }
    assert!(desk.read("out.csv").unwrap() == reference.out);
    assert_eq!(desk.names(), ["out.csv", "rejects.csv"]);
}

#[test]
fn the_lock_of_a_dead_job_is_no_obstacle() {
    let desk = Desk::new(3000);
    let reference = desk.reference(&[]);
    let mut dead = desk.stopped(&[], LOCK);
    dead.kill().unwrap();
    dead.wait().unwrap();
    assert!(desk.at(LOCK).exists());
    let output = desk.run(&[]);
    assert!(is_success(&output), "{}", message(&output));
    assert!(desk.read("out.csv").unwrap() == reference.out);
    assert_eq!(desk.names(), ["out.csv", "rejects.csv"]);
}

#[test]
fn a_model_swapped_under_a_running_job_does_not_matter() {
    let desk = Desk::new(3000);
    let reference = desk.reference(&[]);
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/models/default.model");
    fs::copy(model, desk.at("my.model")).unwrap();
    let job = desk.stopped(&["--model", "my.model"], LOCK);
    fs::write(desk.at("my.model"), "something else").unwrap();
    signal(&job, "CONT");
    let output = job.wait_with_output().unwrap();
    assert!(is_success(&output), "{}", message(&output));
    assert!(desk.read("out.csv").unwrap() == reference.out);
    let refused = desk.run(&["--model", "my.model"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(message(&refused).contains("not a netiquette model"), "{}", message(&refused));
    assert!(desk.read("out.csv").unwrap() == reference.out);
}

#[test]
fn an_input_that_grows_or_vanishes_under_a_running_job_is_noticed() {
    let desk = Desk::new(3000);
    let job = desk.stopped(&["--resume", "--checkpoint", "100"], ".out.csv.netiquette-journal");
    let mut input = fs::File::options().append(true).open(desk.at("comments.csv")).unwrap();
    input.write_all(b"spaet,a1,,noch ein Kommentar\n").unwrap();
    signal(&job, "CONT");
    let output = job.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", message(&output));
    assert!(message(&output).contains("changed while it was read"), "{}", message(&output));
    assert!(desk.read("out.csv").is_none());
    desk.clear();
    let job = desk.stopped(&["--resume", "--checkpoint", "100"], ".out.csv.netiquette-journal");
    fs::remove_file(desk.at("comments.csv")).unwrap();
    signal(&job, "CONT");
    let output = job.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", message(&output));
    assert!(message(&output).contains("comments.csv"), "{}", message(&output));
    assert!(desk.read("out.csv").is_none());
}

//! Jobs killed at random moments.

use std::fs;
use std::time::{Duration, Instant};

use crate::desk::{Desk, OLD, Random, Reference, is_killed, is_success, message, signal, table};

const ROWS: usize = 2500;
/// Kills of each test; with three tests more than a hundred.
const KILLS: usize = 40;
const SIGNALS: [&str; 4] = ["KILL", "KILL", "TERM", "INT"];

/// How long an undisturbed job takes, and what it writes.
fn measured(desk: &Desk, more: &[&str]) -> (Duration, Reference) {
    let begin = Instant::now();
    let reference = desk.reference(more);
    (begin.elapsed(), reference)
}

/// Runs the job, kills it at a random moment, and says whether that was before its end and
/// what it had said.
fn kill(desk: &Desk, more: &[&str], n: usize, moment: Duration) -> (bool, String) {
    let child = desk.job(more).spawn().unwrap();
    std::thread::sleep(moment);
    let name = SIGNALS[n % SIGNALS.len()];
    signal(&child, name);
    let output = child.wait_with_output().unwrap();
    let said = message(&output);
    assert!(is_killed(&output) || is_success(&output), "{said}");
    if said.contains("stopped by") {
        let own = [".tmp", ".lock"];
        let rubbish = desk.names().into_iter().find(|name| own.iter().any(|end| name.ends_with(end)));
        assert_eq!(rubbish, None, "{said}");
    }
    (is_killed(&output), said)
}

/// At most one unfinished file of each output, whatever happened before.
fn assert_tidy(desk: &Desk) {
    let names = desk.names();
    let unfinished =
        |of: &str| names.iter().filter(|name| name.starts_with(of) && name.ends_with(".tmp")).count();
    // A journal is written through a temporary file as well.
    assert!(unfinished(".out.csv") <= 2 && unfinished(".rejects.csv") <= 1, "{names:?}");
}

#[test]
fn a_killed_job_leaves_the_old_output_or_the_new_one() {
    let desk = Desk::new(ROWS);
    let (duration, reference) = measured(&desk, &[]);
    let (mut random, mut kills, mut n) = (Random(2), 0, 0);
    desk.put_old();
    while kills < KILLS {
        n += 1;
        let (killed, _) = kill(&desk, &[], n, random.moment(duration));
        kills += usize::from(killed);
        let (out, rejects) = (desk.read("out.csv").unwrap(), desk.read("rejects.csv").unwrap());
        assert!(out == OLD || out == reference.out, "torn after {n} jobs");
        assert!(rejects == OLD && out == OLD || rejects == reference.rejects, "torn rejects after {n} jobs");
        assert_tidy(&desk);
        if !killed {
            desk.put_old();
        }
    }
    assert!(is_success(&desk.run(&[])));
    assert_eq!(desk.names(), ["out.csv", "rejects.csv"]);
    assert!(desk.read("out.csv").unwrap() == reference.out);
    eprintln!("{kills} kills in {n} jobs");
}

#[test]
fn a_resumed_job_writes_what_an_undisturbed_one_does() {
    let resume = ["--resume", "--checkpoint", "150"];
    let desk = Desk::new(ROWS);
    let (duration, _) = measured(&desk, &resume);
    let reference = desk.reference(&[]);
    let (mut random, mut kills, mut resumed, mut n) = (Random(3), 0, 0, 0);
    while kills < KILLS {
        n += 1;
        let (killed, said) = kill(&desk, &resume, n, random.moment(duration));
        kills += usize::from(killed);
        resumed += usize::from(said.contains("resumed behind row"));
        assert_tidy(&desk);
        let out = desk.read("out.csv");
        assert!(out.is_none_or(|out| out == reference.out), "torn after {n} jobs");
        if !killed {
            assert_eq!(desk.names(), ["out.csv", "rejects.csv"]);
            assert!(desk.read("rejects.csv").unwrap() == reference.rejects);
            desk.clear();
        }
    }
    assert!(is_success(&desk.run(&resume)));
    assert!(desk.read("out.csv").unwrap() == reference.out);
    assert!(desk.read("rejects.csv").unwrap() == reference.rejects);
    assert_eq!(desk.names(), ["out.csv", "rejects.csv"]);
    assert!(resumed > 0, "no job was ever resumed");
    eprintln!("{kills} kills in {n} jobs, {resumed} of them resumed");
}

#[test]
fn a_growing_output_gains_a_night_or_stays() {
    let append = ["--append", "--resume", "--checkpoint", "150"];
    let desk = Desk::new(ROWS);
    let all = fs::read(desk.at("comments.csv")).unwrap();
    fs::write(desk.at("comments.csv"), table(0..ROWS / 3)).unwrap();
    let first = desk.reference(&append);
    let put_first = || {
        desk.clear();
        fs::write(desk.at("out.csv"), &first.out).unwrap();
    };
    fs::write(desk.at("comments.csv"), &all).unwrap();
    put_first();
    let begin = Instant::now();
    assert!(is_success(&desk.run(&append)));
    let duration = begin.elapsed();
    let both = desk.read("out.csv").unwrap();
    assert!(both.starts_with(&first.out) && both.len() > first.out.len());
    put_first();
    let (mut random, mut kills, mut n) = (Random(4), 0, 0);
    while kills < KILLS {
        n += 1;
        let (killed, _) = kill(&desk, &append, n, random.moment(duration));
        kills += usize::from(killed);
        let out = desk.read("out.csv").unwrap();
        assert!(out == first.out || out == both, "torn after {n} jobs");
        assert_tidy(&desk);
        if !killed || out == both {
            put_first();
        }
    }
    assert!(is_success(&desk.run(&append)));
    assert!(desk.read("out.csv").unwrap() == both);
    assert_eq!(desk.names(), ["out.csv", "rejects.csv"]);
    eprintln!("{kills} kills in {n} jobs");
}

//! Every call to the system fails once: with an error, or because the job dies in it.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

use crate::desk::{Desk, OLD, Reference, is_success, message};

const ROWS: usize = 45;
/// The calls by which outputs and inputs come and go, and how each fails.
const CALLS: [(&str, &[&str]); 12] = [
    ("openat", &["EACCES", "ENOENT"]),
    ("read", &["EIO"]),
    ("write", &["ENOSPC", "EIO"]),
    ("fsync", &["EIO"]),
    ("fdatasync", &["EIO"]),
    ("ftruncate", &["EIO"]),
    ("rename", &["EIO"]),
    ("renameat", &["EIO"]),
    ("renameat2", &["EIO"]),
    ("unlink", &["EACCES"]),
    ("flock", &["ENOLCK"]),
    ("getdents64", &["EIO"]),
];

fn strace_works() -> bool {
    Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status().is_ok_and(|s| s.success())
}

/// For each call the occasions (from 1, in the main thread) on which it touches the folder.
fn occasions(desk: &Desk, more: &[&str]) -> BTreeMap<&'static str, Vec<usize>> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let names: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
    let (trace, path) = (format!("trace={}", names.join(",")), log.path().to_str().unwrap().to_owned());
    let output = desk.job_under("strace", &["-f", "-y", "-o", &path, "-e", &trace], more).output().unwrap();
    assert!(is_success(&output), "{}", message(&output));
    let log = fs::read_to_string(log.path()).unwrap();
    let main = log.split_whitespace().next().unwrap();
    let folder = desk.at("");
    let folder = folder.to_str().unwrap().trim_end_matches('/');
    let mut found = BTreeMap::new();
    for name in names {
        let call = format!("{name}(");
        let calls = log.lines().filter_map(|line| line.strip_prefix(main)?.trim_start().strip_prefix(&call));
        let touching = |(i, line): (usize, &str)| {
            (line.contains(folder) || line.contains("comments.csv")).then_some(i + 1)
        };
        found.insert(name, calls.enumerate().filter_map(touching).collect());
    }
    found
}

fn inject(desk: &Desk, call: &str, what: &str, n: usize, more: &[&str]) -> Output {
    let inject = format!("inject={call}:{what}:when={n}");
    desk.job_under("strace", &["-f", "-qq", "-o", "/dev/null", "-e", &inject], more).output().unwrap()
}

/// What a disturbed job may leave.
fn assert_whole(desk: &Desk, output: &Output, reference: &Reference, what: &str) {
    let said = message(output);
    let (out, rejects) = (desk.read("out.csv").unwrap(), desk.read("rejects.csv").unwrap());
    let is_new = out == reference.out && rejects == reference.rejects;
    match is_success(output) {
        true => assert!(is_new, "{what}: success without the output: {said}"),
        false => {
            assert!(out == OLD || is_new, "{what}: torn output: {said}");
            let between = rejects == reference.rejects && !what.contains("ENOSPC");
            assert!(rejects == OLD || is_new || between, "{what}: torn rejects: {said}");
        }
    }
}

/// Where something is left, the next job is not hindered by it and leaves nothing behind.
fn assert_recovers(desk: &Desk, reference: &Reference, more: &[&str], what: &str) {
    if desk.names() == ["out.csv", "rejects.csv"] {
        return;
    }
    let output = desk.run(more);
    assert!(is_success(&output), "{what}: {}", message(&output));
    assert!(desk.read("out.csv").unwrap() == reference.out, "{what}: another output after it");
    assert!(desk.read("rejects.csv").unwrap() == reference.rejects, "{what}: other rejects after it");
    assert_eq!(desk.names(), ["out.csv", "rejects.csv"], "{what}");
}

fn fail_everything(more: &[&str]) {
    if !strace_works() {
        return eprintln!("skipped: strace is not installed or may not trace");
    }
    let desk = Desk::new(ROWS);
    let reference = desk.reference(&[]);
    desk.put_old();
    let occasions = occasions(&desk, more);
    let (mut deaths, mut errors) = (0, 0);
    for (call, codes) in CALLS {
        for &n in &occasions[call] {
            desk.put_old();
            let killed = inject(&desk, call, "signal=KILL", n, more);
            let what = format!("death in {call} {n}");
            assert_whole(&desk, &killed, &reference, &what);
            assert_recovers(&desk, &reference, more, &what);
            deaths += 1;
            for code in codes {
                desk.put_old();
                let failed = inject(&desk, call, &format!("error={code}"), n, more);
                let what = format!("{code} in {call} {n}");
                assert_whole(&desk, &failed, &reference, &what);
                let said = message(&failed);
                let explained = failed.status.code() == Some(2) && said.contains("error: ");
                assert!(is_success(&failed) || explained, "{what}: {said}");
                assert_recovers(&desk, &reference, more, &what);
                errors += 1;
            }
        }
    }
    assert!(deaths > 20 && errors > 20, "{occasions:?}");
    eprintln!("{deaths} deaths and {errors} errors");
}

#[test]
fn every_call_fails_once() {
    fail_everything(&[]);
}

#[test]
fn every_call_of_a_resumable_job_fails_once() {
    fail_everything(&["--resume", "--checkpoint", "20"]);
}

#[test]
fn an_interrupted_call_is_made_again() {
    if !strace_works() {
        return eprintln!("skipped: strace is not installed or may not trace");
    }
    let desk = Desk::new(ROWS);
    let reference = desk.reference(&[]);
    let occasions = occasions(&desk, &[]);
    for call in ["read", "write"] {
        for &n in &occasions[call] {
            desk.put_old();
            let output = inject(&desk, call, "error=EINTR", n, &[]);
            assert!(is_success(&output), "{call} {n}: {}", message(&output));
            assert!(desk.read("out.csv").unwrap() == reference.out, "{call} {n}");
        }
    }
}

#[test]
fn a_limited_file_size_leaves_the_old_output() {
    let desk = Desk::new(1000);
    desk.put_old();
    // `exec "$0" "$@"`: the program and its arguments as they are.
    let limited = desk.job_under("sh", &["-c", "ulimit -f 16; exec \"$0\" \"$@\""], &[]).output().unwrap();
    let said = message(&limited);
    assert_eq!(limited.status.code(), Some(2), "{said}");
    assert!(said.contains("no space left") && said.contains("out.csv"), "{said}");
    assert_eq!(desk.names(), ["out.csv", "rejects.csv"]);
    assert_eq!(desk.read("out.csv").unwrap(), OLD);
    assert_eq!(desk.read("rejects.csv").unwrap(), OLD);
}

#[test]
fn outputs_that_cannot_be_written_are_named() {
    let desk = Desk::new(ROWS);
    for (path, what) in [
        ("/dev/full", "no space left"),
        ("/proc/out.csv", "cannot be written"),
        ("absent/out.csv", "its folder does not exist"),
        (".", "it is a folder"),
    ] {
        if path == "/dev/full" && !std::path::Path::new(path).exists() {
            eprintln!("skipped: there is no {path}");
            continue;
        }
        let mut job = Command::new(env!("CARGO_BIN_EXE_netiquette"));
        let output =
            job.args(["score", "comments.csv", "-o", path]).current_dir(desk.at("")).output().unwrap();
        let said = message(&output);
        assert_eq!(output.status.code(), Some(2), "{path}: {said}");
        assert!(said.contains(what), "{path}: {said}");
        assert_eq!(desk.names(), [""; 0], "{path}");
    }
}

#[test]
fn a_full_standard_output_is_an_error_and_a_closed_one_is_not() {
    let desk = Desk::new(5000);
    for (to, code) in [("> /dev/full", 2), ("| true; exit ${PIPESTATUS[0]}", 0)] {
        let script = format!("\"$0\" score comments.csv {to}");
        let program = env!("CARGO_BIN_EXE_netiquette");
        let output = Command::new("bash").args(["-c", &script, program]).current_dir(desk.at("")).output();
        let Ok(output) = output else { return eprintln!("skipped: there is no bash") };
        assert_eq!(output.status.code(), Some(code), "{to}: {}", message(&output));
    }
}

#[test]
fn an_unwritable_folder_is_told_from_a_full_one() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new(ROWS);
    desk.put_old();
    let folder = desk.at("");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write anywhere: there the job is nobody's.
    let is_root = fs::write(desk.at("probe"), "").is_ok();
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let mut job = if is_root { desk.job_under("setpriv", &nobody, &[]) } else { desk.job(&[]) };
    let output = job.output();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    // Nobody may perhaps neither run the program nor read the input.
    let shows = |o: &Output| match o.status.code() {
        Some(2) => !message(o).contains("comments.csv"),
        code => !matches!(code, Some(126 | 127)),
    };
    let Some(output) = output.ok().filter(shows) else {
        return eprintln!("skipped: this user writes wherever they want");
    };
    assert!(message(&output).contains("may not write there"), "{}", message(&output));
    assert_eq!(desk.read("out.csv").unwrap(), OLD);
}

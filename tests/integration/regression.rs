//! One test per bug that was found.

use super::util::Desk;

/// A row whose first cell is blank lost its first column in rewritten output.
#[test]
fn a_blank_first_cell_stays_a_cell() {
    let desk = Desk::new();
    let once = desk.run_with(&["score"], b"note,text\n,hallo\n").expect(0).stdout;
    let twice = desk.run_with(&["score"], once.as_bytes()).expect(0).table();
    assert_eq!((twice[0]["note"].as_str(), twice[0]["text"].as_str()), ("", "hallo"));
}

/// The cause of a failed open was said twice.
#[test]
fn a_cause_is_said_once() {
    let ran = Desk::new().run("inspect missing.model").expect(2);
    assert_eq!(ran.stderr.matches("os error").count(), 1, "{}", ran.stderr);
}

//! What is said on standard error.

use serde_json::Value;

use crate::util::{Folder, TWO};

#[test]
fn every_line_of_a_json_log_is_an_object() {
    let folder = Folder::new();
    folder.put("a.csv", TWO.replace("text", "Kommentar"));
    let done = folder.run(&["score", "a.csv", "-o", "o.csv", "--log-format", "json"], 0);
    let lines: Vec<Value> = done.err.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(lines.len() >= 2, "{}", done.err);
    assert!(lines.iter().all(|l| l["level"] == "note" && l["time"].is_u64()), "{}", done.err);
    let failed = folder.run(&["score", "absent.csv", "--log-format", "json"], 2);
    let line: Value = serde_json::from_str(failed.err.trim()).unwrap();
    assert_eq!(line["level"], "error");
}

#[test]
fn quiet_is_quiet() {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    assert_eq!(folder.run(&["score", "a.csv", "-q"], 0).err, "");
}

//! Outputs that grow from night to night.

use std::collections::HashSet;
use std::fs;

use crate::desk::{Desk, ids, is_success, message, table};

const APPEND: [&str; 1] = ["--append"];

fn night(desk: &Desk, comments: &str, more: &[&str]) -> String {
    fs::write(desk.at("comments.csv"), comments).unwrap();
    let output = desk.run(more);
    assert!(is_success(&output), "{}", message(&output));
    message(&output)
}

/// Every identifier once.
fn assert_distinct(desk: &Desk) -> usize {
    let ids = ids(&desk.at("out.csv"));
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    ids.len()
}

#[test]
fn only_new_and_changed_comments_are_scored() {
    let desk = Desk::new(0);
    let said = night(&desk, &table(0..39), &APPEND);
    assert!(said.contains("39 rows read, 39 scored, 0 rejected, 0 skipped"), "{said}");
    let said = night(&desk, &table(20..60), &APPEND);
    assert!(said.contains("40 rows read, 20 scored, 1 rejected, 19 skipped"), "{said}");
    assert_eq!(assert_distinct(&desk), 59);
    let before = desk.read("out.csv").unwrap();
    let said = night(&desk, &table(20..60), &APPEND);
    assert!(said.contains("40 rows read, 0 scored, 1 rejected, 39 skipped"), "{said}");
    assert!(desk.read("out.csv").unwrap() == before, "nothing new, nothing changed");
    let edited =
        "id,article_id,parent_id,text\nc3,a0,,Nun anders geschrieben\nc90,a1,,Ganz neu\n,a1,,Ohne Namen\n";
    let said = night(&desk, edited, &["--append", "--max-rejects", "5"]);
    assert!(said.contains("3 rows read, 2 scored, 1 rejected, 0 skipped"), "{said}");
    assert_eq!(assert_distinct(&desk), 60);
    let out = String::from_utf8(desk.read("out.csv").unwrap()).unwrap();
    assert!(out.lines().rev().nth(1).unwrap().starts_with("c3,a0,,Nun anders geschrieben,"), "{out}");
}

#[test]
fn comments_of_another_model_are_scored_anew_on_demand_only() {
    let desk = Desk::new(0);
    night(&desk, &table(0..30), &APPEND);
    let ours = String::from_utf8(desk.read("out.csv").unwrap()).unwrap();
    let id = ours.trim_end().rsplit(',').next().unwrap().to_owned();
    let other = ours.replacen(&format!(",{id}\n"), ",000000000000\n", 10);
    fs::write(desk.at("out.csv"), &other).unwrap();
    let said = night(&desk, &table(0..30), &APPEND);
    assert!(said.contains("10 rows of another model stay as they are"), "{said}");
    assert!(said.contains("0 scored, 0 rejected, 30 skipped"), "{said}");
    assert_eq!(desk.read("out.csv").unwrap(), other.as_bytes());
    let said = night(&desk, &table(0..30), &["--append", "--rescore"]);
    assert!(said.contains("10 scored, 0 rejected, 20 skipped"), "{said}");
    assert_eq!(assert_distinct(&desk), 30);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let now = String::from_utf8(desk.read("out.csv").unwrap()).unwrap();
    assert_eq!(sorted(&now), sorted(&ours));
}

#[test]
fn defused_cells_and_json_lines_are_recognised_again() {
    let desk = Desk::new(0);
    let comments = "id,text\n-1,=SUMME(A1)\n2,Guten Tag\n";
    for more in [&["--append", "--spreadsheet-safe"][..], &["--append", "--format", "jsonl"]] {
        desk.clear();
        night(&desk, comments, more);
        let once = desk.read("out.csv").unwrap();
        let said = night(&desk, comments, more);
        assert!(said.contains("0 scored, 0 rejected, 2 skipped"), "{said}");
        assert!(desk.read("out.csv").unwrap() == once);
    }
}

#[test]
fn what_cannot_be_added_to_is_refused_and_stays() {
    let comments = "id,text\n1,Guten Tag\n";
    let desk = Desk::new(0);
    fs::write(desk.at("comments.csv"), comments).unwrap();
    for (out, what) in [
        ("id,text\n7,Ein fremdes Blatt\n", "other columns"),
        ("kein,Blatt\n1,2,3\n", "out.csv"),
        ("{\"id\":\"1\",\"text\":\"Moin\"}\n", "other columns or another format"),
    ] {
        fs::write(desk.at("out.csv"), out).unwrap();
        let output = desk.run(&APPEND);
        assert_eq!(output.status.code(), Some(2), "{}", message(&output));
        assert!(message(&output).contains(what), "{}", message(&output));
        assert_eq!(desk.read("out.csv").unwrap(), out.as_bytes());
    }
    desk.clear();
    night(&desk, comments, &APPEND);
    let torn = [&desk.read("out.csv").unwrap()[..], b"2,\"offen"].concat();
    fs::write(desk.at("out.csv"), &torn).unwrap();
    let output = desk.run(&APPEND);
    assert_eq!(output.status.code(), Some(2), "{}", message(&output));
    assert!(message(&output).contains("out.csv, line 3"), "{}", message(&output));
    fs::write(desk.at("comments.csv"), "text\nGuten Tag\n").unwrap();
    desk.clear();
    let output = desk.run(&APPEND);
    assert!(message(&output).contains("a column `id`"), "{}", message(&output));
}

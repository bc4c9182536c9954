//! What gives its bytes only once: standard input, pipes, named pipes.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use crate::util::{Folder, done};

/// More than any reader reads ahead.
fn table(rows: usize) -> String {
    (0..rows).fold("id,text\n".to_owned(), |mut table, i| {
        let _ = writeln!(table, "{i},Kommentar {i} über die Linie {} und noch mehr", i * 7 % 13);
        table
    })
}

#[test]
fn append_from_standard_input_loses_no_row() {
    let folder = Folder::new();
    let table = table(9_000);
    folder.put("in.csv", &table);
    folder.run(&["score", "in.csv", "-o", "named.csv", "--append"], 0);
    let mut command = folder.command(&["score", "-", "-o", "piped.csv", "--append"]);
    done(command.write_stdin(table).output().unwrap(), 0);
    assert_eq!(folder.get("piped.csv").lines().count(), 9_001);
    assert!(folder.get("piped.csv") == folder.get("named.csv"));
}

#[test]
fn a_named_pipe_is_read_like_a_file() {
    let folder = Folder::new();
    let made = Command::new("mkfifo").arg(folder.at("pipe")).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no mkfifo");
        return;
    }
    let table = table(2_000);
    folder.put("in.csv", &table);
    folder.run(&["score", "in.csv", "-o", "named.csv"], 0);
    let pipe = folder.at("pipe");
    std::thread::spawn(move || std::fs::write(pipe, table));
    let mut command = folder.command(&["score", "pipe", "-o", "piped.csv"]);
    done(command.timeout(Duration::from_secs(60)).output().unwrap(), 0);
    assert!(folder.get("piped.csv") == folder.get("named.csv"));
}

#[test]
fn articles_from_a_pipe_cannot_be_resumed_and_it_is_said() {
    let folder = Folder::new();
    folder.put("in.csv", table(3));
    let line = ["score", "in.csv", "--articles", "/dev/stdin", "-o", "out.csv", "--resume"];
    let articles = "article_id,title\na,Rat tagt\n";
    let said = done(folder.command(&line).write_stdin(articles).output().unwrap(), 2).err;
    assert!(said.contains("name a file"), "{said}");
}

#[test]
fn a_line_feed_in_a_row_of_old_macs_makes_no_second_row() {
    let folder = Folder::new();
    folder.put("mac.csv", "id;text\r1;eins\nzwei\r2;drei vier\r");
    folder.run(&["score", "mac.csv", "-o", "out.csv", "--append"], 0);
    let first = folder.get("out.csv");
    folder.run(&["score", "mac.csv", "-o", "out.csv", "--append"], 0);
    assert_eq!(folder.get("out.csv"), first);
    assert!(first.contains("\"eins\nzwei\""), "{first}");
}

#[test]
fn a_late_member_named_like_a_score_stands_once() {
    let folder = Folder::new();
    let rows: String = (0..3_000).fold(String::new(), |mut rows, i| {
        let _ =
            writeln!(rows, "{{\"id\":\"{i}\",\"text\":\"ein Satz über \\\"incivility_score\\\" und {i}\"}}");
        rows
    });
    let late = "{\"id\":\"x\",\"text\":\"spät\",\"incivility_score\":0.5}\n";
    folder.put("in.jsonl", rows + late);
    folder.run(&["score", "in.jsonl", "-o", "out.jsonl", "--append"], 0);
    let out = folder.get("out.jsonl");
    let last = out.lines().last().unwrap();
    assert_eq!(last.matches("incivility_score").count(), 1, "{last}");
    folder.run(&["score", "in.jsonl", "-o", "out.jsonl", "--append"], 0);
    assert_eq!(folder.get("out.jsonl"), out);
}

#[test]
fn a_table_that_is_more_than_what_is_kept_has_the_same_scores_with_and_without_room_for_measures() {
    let folder = Folder::new();
    // Long columns that pass through fill what is kept, without much to score; every third answers.
    let filler = "x".repeat(1200);
    let table = (0..60_000).fold("id,article_id,parent_id,text,note\n".to_owned(), |mut table, i| {
        let parent = if i % 3 == 2 { (i - 1).to_string() } else { String::new() };
        let _ = writeln!(table, "{i},a{},{parent},Linie {} im Takt {},{filler}", i % 50, i * 7 % 13, i % 11);
        table
    });
    assert!(table.len() > 48 << 20);
    folder.put("in.csv", table);
    folder.run(&["score", "in.csv", "-o", "with.csv", "--threads", "2"], 0);
    let mut command = folder.command(&["score", "in.csv", "-o", "without.csv", "--threads", "1"]);
    let nowhere = folder.at("no such folder");
    done(command.env("TMPDIR", nowhere).timeout(Duration::from_secs(120)).output().unwrap(), 0);
    let with = folder.get("with.csv");
    assert_eq!(with.lines().count(), 60_001);
    assert!(with == folder.get("without.csv"));
    // The last rows alone, in their threads, are scored the same: nothing slipped by a row.
    let scores = |line: &str| line.rsplitn(6, ',').take(5).map(str::to_owned).collect::<Vec<_>>();
    let of_text: std::collections::BTreeMap<String, Vec<String>> = with
        .lines()
        .skip(1)
        .map(|line| (line.split(',').nth(3).unwrap().to_owned(), scores(line)[3..].to_vec()))
        .collect();
    for line in with.lines().skip(1) {
        assert_eq!(scores(line)[3..], of_text[line.split(',').nth(3).unwrap()]);
    }
}

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

/// The last five columns of every row, which are those that were added, from the first row on.
fn added(scored: &str) -> Vec<String> {
    scored.lines().skip(1).map(|line| line.rsplitn(6, ',').take(5).collect::<Vec<_>>().join(",")).collect()
}

const WORDS: [&str; 9] =
    ["Brücke", "Suppe", "Wetter", "Trainer", "Steuern", "Schulhof", "Hunde", "Straßenbahn", "Zensur"];

#[test]
fn rows_that_are_kept_and_rows_that_are_read_again_have_the_same_scores() {
    let folder = Folder::new();
    // A long column that passes through fills what is kept, without more to score; every third
    // row answers, some of them themselves.
    let table = |filler: &str| {
        let header =
            format!("id,article_id,parent_id,text{}\n", if filler.is_empty() { "" } else { ",note" });
        (0..60_000).fold(header, |mut table, i| {
            let parent = if i % 3 == 2 { (i - i % 2).to_string() } else { String::new() };
            let word = |k: usize| WORDS[k % WORDS.len()];
            let text = format!("{} und {} im Takt {}", word(i), word(i * i / 7), i * 7 % 13);
            let _ = writeln!(table, "{i},a{},{parent},{text}{filler}", i % 5_000);
            table
        })
    };
    let (narrow, wide) = (table(""), table(&format!(",{}", "x".repeat(1200))));
    assert!(narrow.len() < 24 << 20 && wide.len() > 48 << 20);
    folder.put("narrow.csv", narrow);
    folder.put("wide.csv", wide);
    folder.put("known.csv", "id,article_id,text\nk1,a7,Die Brücke im Takt\nk2,a7,Suppe\n");
    folder.run(&["score", "narrow.csv", "-o", "narrow.out", "--threads", "1"], 0);
    let expected = added(&folder.get("narrow.out"));
    assert_eq!(expected.len(), 60_000);
    let distinct = |k: usize| {
        let column = expected.iter().map(|row| row.split(',').nth(k).unwrap().to_owned());
        column.collect::<std::collections::BTreeSet<_>>().len()
    };
    let differ = [distinct(4), distinct(2)];
    assert!(differ[0] > 10 && differ[1] > 10, "a shift would not be seen: {differ:?}");
    for (name, more) in [("a", &["--threads", "2"][..]), ("b", &["--append"]), ("c", &["--resume"])] {
        folder.run(&[&["score", "wide.csv", "-o", name], more].concat(), 0);
        assert!(added(&folder.get(name)) == expected, "{more:?}");
    }
    // What has room in memory needs no other.
    let mut command = folder.command(&["score", "wide.csv", "-o", "nowhere.csv"]);
    let nowhere = folder.at("no such folder");
    done(command.env("TMPDIR", nowhere).timeout(Duration::from_secs(120)).output().unwrap(), 0);
    assert!(added(&folder.get("nowhere.csv")) == expected);
    for name in ["narrow", "wide"] {
        let (input, output) = (format!("{name}.csv"), format!("{name}.known"));
        folder.run(&["score", &input, "-o", &output, "--context", "known.csv"], 0);
    }
    let with_known = added(&folder.get("wide.known"));
    assert!(with_known == added(&folder.get("narrow.known")) && with_known != expected);
}

#[test]
fn what_was_measured_goes_to_a_file_where_it_has_no_room_and_the_error_names_the_folder() {
    let folder = Folder::new();
    // The same words in every comment, in another order: much to note, little to measure.
    let mut state = 7_u32;
    let mut letter = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (state >> 24) as u8 % 26)
    };
    let words: Vec<String> = (0..3_000).map(|_| (0..6).map(|_| letter()).collect()).collect();
    let table = (0..3_600).fold("id,article_id,text\n".to_owned(), |mut table, i| {
        let text = [&words[i % 3_000..], &words[..i % 3_000]].concat().join(" ");
        let _ = writeln!(table, "{i},a{},{text}", i % 3);
        table
    });
    folder.put("in.csv", table);
    folder.run(&["score", "in.csv", "-o", "out.csv"], 0);
    let off_topic: std::collections::BTreeSet<String> =
        added(&folder.get("out.csv")).iter().map(|row| row.split(',').nth(2).unwrap().to_owned()).collect();
    assert_eq!(off_topic.len(), 1, "the same words in threads of the same size: {off_topic:?}");
    let mut command = folder.command(&["score", "in.csv", "-o", "none.csv"]);
    let nowhere = folder.at("no such folder");
    let failed = done(command.env("TMPDIR", nowhere).timeout(Duration::from_secs(120)).output().unwrap(), 2);
    assert!(failed.err.contains("TMPDIR") && failed.err.contains("no such folder"), "{}", failed.err);
    assert!(!folder.at("none.csv").exists());
}

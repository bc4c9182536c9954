//! Several inputs, patterns, packing and encodings.

use std::io::Write;

use crate::util::{Folder, TWO, column};

/// The same rows as one input and as several: same scores, in the order given.
#[test]
fn several_inputs_are_one_table() {
    let folder = Folder::new();
    folder.put("all.csv", "id,article_id,text\n1,a,Die Brücke\n2,a,Eine Brücke ist gut\n3,a,Unsinn hier\n");
    folder.put("b.csv", "id,article_id,text\n2,a,Eine Brücke ist gut\n3,a,Unsinn hier\n");
    folder.put("a.csv", "id,article_id,text\n1,a,Die Brücke\n");
    let one = folder.run(&["score", "all.csv"], 0).out;
    assert_eq!(one, folder.run(&["score", "a.csv", "b.csv"], 0).out);
    assert_eq!(one, folder.run(&["score", "[ab].csv"], 0).out);
    let turned = folder.run(&["score", "b.csv", "a.csv"], 0).out;
    assert_eq!(column(&turned, "id"), ["2", "3", "1"]);
    assert_ne!(column(&one, "off_topic_score"), [""; 3], "the thread spans the inputs");
}

#[test]
fn identifiers_are_unique_across_inputs() {
    let folder = Folder::new();
    let rows: String = (0..20).map(|i| format!("{i},Ein Wort zur Linie {i}\n")).collect();
    folder.put("a.csv", format!("id,text\n{rows}"));
    folder.put("b.csv", "id,text\n100,Noch eines\n7,Ein anderes\n");
    let done = folder.run(&["score", "a.csv", "b.csv", "--rejects", "r.csv", "-o", "o.csv"], 3);
    assert!(done.err.contains("2 inputs: 22 rows read, 21 scored, 1 rejected, 0 skipped"), "{}", done.err);
    assert!(folder.get("r.csv").contains("b.csv,3,23,duplicate_id"), "{}", folder.get("r.csv"));
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    folder.put("other.csv", "id,text,datum\n3,Hallo,heute\n");
    folder.put("fewer.csv", "id,article_id\n");
    let cases: [(&[&str], &str); 5] = [
        (&["a.csv", "other.csv"], "other.csv, line 1: column 2 is called otherwise than in `a.csv`"),
        (&["a.csv", "fewer.csv"], "no column `text`"),
        (&["a.csv", "./a.csv"], "named twice"),
        (&["night/*.csv"], "no file matches"),
        (&["a.csv", "absent.csv"], "absent.csv"),
    ];
    for (inputs, what) in cases {
        let line = [&["score", "-o", "out.csv"], inputs].concat();
        let done = folder.run(&line, 2);
        assert!(done.err.contains(what), "{inputs:?}: {}", done.err);
    }
    assert!(!folder.at("out.csv").exists());
}

#[test]
fn an_output_that_a_pattern_matches_is_refused() {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    folder.put("z.csv", TWO);
    let done = folder.run(&["score", "*.csv", "-o", "z.csv"], 2);
    assert!(done.err.contains("also an input"), "{}", done.err);
    assert_eq!(folder.get("z.csv"), TWO);
}

/// Formats, delimiters and line ends may differ between the inputs.
#[test]
fn dialects_may_differ() {
    let folder = Folder::new();
    folder.put("a.csv", "id;text\r\n1;\"a;b, c\"\r\n");
    folder.put("b.tsv", "id\ttext\n2\tein; zwei\n");
    folder.put("c.jsonl", "{\"id\":\"3\",\"text\":\"drei\"}\n");
    let out = folder.run(&["score", "a.csv", "b.tsv", "c.jsonl", "--format", "jsonl"], 0).out;
    let texts: Vec<String> = out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(texts, ["a;b, c", "ein; zwei", "drei"]);
}

#[test]
fn nothing_is_standard_input() {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    let file = folder.run(&["score", "a.csv"], 0).out;
    for line in [&["score"][..], &["score", "-"]] {
        let output = folder.command(line).write_stdin(TWO).output().unwrap();
        assert_eq!(crate::util::done(output, 0).out, file);
    }
}

/// However the bytes come, the scores are the same; the binary says what it recognised.
#[test]
fn packing_and_encodings_are_recognised() {
    let folder = Folder::new();
    folder.put("plain.csv", TWO);
    let plain = folder.run(&["score", "plain.csv"], 0).out;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(TWO.as_bytes()).unwrap();
    let utf16 = |le: bool| -> Vec<u8> {
        let unit = |u: u16| if le { u.to_le_bytes() } else { u.to_be_bytes() };
        "\u{feff}".encode_utf16().chain(TWO.encode_utf16()).flat_map(unit).collect()
    };
    let cases = [
        ("gzip", gzip.finish().unwrap(), "unpacked with gzip"),
        ("zstd", zstd_frame(TWO.as_bytes()), "unpacked with zstd"),
        ("utf-16le", utf16(true), "read as UTF-16LE"),
        ("utf-16be", utf16(false), "read as UTF-16BE"),
        ("windows-1252", encoding_rs::WINDOWS_1252.encode(TWO).0.into_owned(), "read as windows-1252"),
        ("bom", [b"\xef\xbb\xbf", TWO.as_bytes()].concat(), ""),
    ];
    for (name, bytes, note) in cases {
        // By content, never by name.
        folder.put("in.dat", bytes);
        let done = folder.run(&["score", "in.dat"], 0);
        assert_eq!(done.out, plain, "{name}");
        assert!(done.err.contains(note), "{name}: {}", done.err);
    }
}

/// A zstd frame with one raw block (RFC 8878), which needs no compressor.
fn zstd_frame(content: &[u8]) -> Vec<u8> {
    let size = u8::try_from(content.len()).unwrap();
    let block = (u32::from(size) << 3 | 1).to_le_bytes();
    [&[0x28, 0xb5, 0x2f, 0xfd, 0x20, size], &block[..3], content].concat()
}

#[test]
fn foreign_files_are_refused_by_name() {
    let folder = Folder::new();
    #[cfg_attr(all(feature = "excel", feature = "parquet"), expect(unused_mut))]
    let mut cases =
        vec![("x.db", &b"SQLite format 3\0"[..], "SQLite"), ("x.html", b"<!DOCTYPE html>", "HTML")];
    #[cfg(not(feature = "parquet"))]
    cases.push(("x.parquet", b"PAR1\x15", "--features parquet"));
    #[cfg(not(feature = "excel"))]
    cases.push(("x.xlsx", b"PK\x03\x04....[Content_Types].xml", "--features excel"));
    for (name, bytes, what) in cases {
        folder.put(name, bytes);
        let done = folder.run(&["score", name], 2);
        assert!(done.err.contains(what), "{}", done.err);
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_out_needs_its_feature() {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    let done = folder.run(&["score", "a.csv", "--format", "parquet", "-o", "out.parquet"], 2);
    assert!(done.err.contains("rebuild with --features parquet"), "{}", done.err);
    assert_eq!(folder.names(), ["a.csv"]);
}

/// Columns are what the first rows have; what comes later is kept as it is, or said to be lost.
#[test]
fn members_that_come_late_are_said() {
    let folder = Folder::new();
    let rows: String =
        (0..1500).map(|i| format!("{{\"id\":{i},\"text\":\"Ein Satz über die Linie {i}\"}}\n")).collect();
    folder.put("a.jsonl", format!("{rows}{{\"id\":1500,\"text\":\"spät\",\"parent_id\":7}}\n"));
    let done = folder.run(&["score", "a.jsonl"], 0);
    assert!(done.err.contains("1 rows have members that none of the first rows has"), "{}", done.err);
    assert!(done.out.lines().last().unwrap().contains("\"parent_id\":7,"));
    folder.put("b.jsonl", "{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\"b\",\"parent_id\":1}\n");
    let done = folder.run(&["score", "b.jsonl", "--format", "csv"], 0);
    assert_eq!(column(&done.out, "parent_id"), ["", "1"]);
    assert!(!done.err.contains("members"), "{}", done.err);
}

#[test]
fn a_missing_folder_for_temporary_files_is_named() {
    let folder = Folder::new();
    let mut command = folder.command(&["score"]);
    let output = command.env("TMPDIR", folder.at("absent")).write_stdin(TWO).output().unwrap();
    let done = crate::util::done(output, 2);
    assert!(done.err.contains("absent") && done.err.contains("TMPDIR"), "{}", done.err);
}

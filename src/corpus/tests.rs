//! Tables through the whole door: bytes in, rows and rejects out.

use std::io::{self, Cursor, Read, Write};

use super::*;
use crate::error::{Error, Kind};

/// What came of a table: its rows as fields, its rejects as (line, byte, code).
#[derive(Debug, Default, PartialEq)]
pub(super) struct Drained {
    pub rows: Vec<Vec<String>>,
    pub rejects: Vec<(u64, u64, Code)>,
}

pub(super) fn drain(mut table: Table) -> Result<Drained, Error> {
    let mut read = Drained::default();
    while let Some(outcome) = table.next_row()? {
        match outcome {
            Outcome::Row(row) => read.rows.push(row.fields().map(str::to_owned).collect()),
            Outcome::Reject(reject) => read.rejects.push((reject.line, reject.byte, reject.code)),
        }
    }
    Ok(read)
}

pub(super) fn open(bytes: impl Into<Vec<u8>>, options: &Options) -> Result<Table, Error> {
    Table::open("t.csv", Cursor::new(bytes.into()), Role::Comments, options)
}

pub(super) fn read(bytes: impl Into<Vec<u8>>) -> Drained {
    drain(open(bytes, &Options::default()).unwrap()).unwrap()
}

/// First fields of the rows: their identifiers.
fn ids(read: &Drained) -> Vec<&str> {
    read.rows.iter().map(|row| row[0].as_str()).collect()
}

#[test]
fn bad_records_are_rejected_and_the_others_stay() {
    type Rejects = [(u64, u64, Code)];
    let cases: [(&str, &[&str], &Rejects); 14] = [
        ("id,text\n1,a\n2,b,c\n3,d\n", &["1", "3"], &[(3, 12, Code::FieldCount)]),
        ("id,text\n1,a\n2\n3,d\n", &["1", "3"], &[(3, 12, Code::FieldCount)]),
        ("id,text\n1,a\nid,text\n3,d\n", &["1", "3"], &[(3, 12, Code::RepeatedHeader)]),
        ("id,text\n1,a\n2, \n3,d\n", &["1", "3"], &[(3, 12, Code::EmptyText)]),
        ("id,text\n1,a\n1,b\n3,d\n", &["1", "3"], &[(3, 12, Code::DuplicateId)]),
        ("id,text\n1,a\n\n\r\n3,d", &["1", "3"], &[]),
        ("id,text\n,a\n,b\n", &["", ""], &[]),
        ("\n\r\nid,text\n1,a\n", &["1"], &[]),
        ("sep=;\r\nid;text\r\n1;a\r\n2\r\n", &["1"], &[(4, 21, Code::FieldCount)]),
        ("id,text\r1,a\r2\r3,c\r", &["1", "3"], &[(3, 12, Code::FieldCount)]),
        ("id,text\n1,\"a\n\nb\"\n2\n", &["1"], &[(5, 17, Code::FieldCount)]),
        (
            "{\"id\":1,\"text\":\"a\"}\n{\"id\":2\n\n{\"id\":3,\"text\":\"b\"}",
            &["1", "3"],
            &[(2, 20, Code::BadJson)],
        ),
        ("{\"id\":1,\"text\":\"a\"}\r\n{\"id\":2}\r\n", &["1"], &[(2, 21, Code::EmptyText)]),
        ("id,text\n", &[], &[]),
    ];
    for (text, expected, rejects) in cases {
        let read = read(text);
        assert_eq!(ids(&read), expected, "{text:?}");
        assert_eq!(read.rejects, rejects, "{text:?}");
    }
}

/// A table of 500 rows whose row 100 is `broken`.
fn with_broken_row(broken: &str, quoted: bool) -> String {
    let mut text = String::from("id,text,note\n");
    for i in 0..500 {
        match (i, quoted) {
            (100, _) => text.push_str(broken),
            (_, true) => text.push_str(&format!("\"{i}\",\"Satz {i}, gut\",\"\"\n")),
            (_, false) => text.push_str(&format!("{i},Satz {i},\n")),
        }
    }
    text
}

#[test]
fn an_unbalanced_quote_costs_one_row_and_is_localised() {
    let broken = [
        "100,\"offen,\n",
        "\"100\",\"offen,\"\"\n",
        "100,\"zu\" spät,\n",
        "100,\"a\"b\"c\",\n",
        "\"100\",\"x\"\",\"\"\n",
    ];
    for quoted in [false, true] {
        for line in broken {
            let text = with_broken_row(line, quoted);
            let byte = text.find(line).unwrap() as u64;
            let read = read(text);
            assert_eq!(read.rejects, [(102, byte, Code::UnbalancedQuote)], "{line:?} {quoted}");
            assert_eq!(read.rows.len(), 499, "{line:?} {quoted}");
        }
    }
}

#[test]
fn a_reject_shows_the_line_and_not_what_the_quote_swallowed() {
    let mut table = open("id,text\n1,\"offen\r\n2,b\r\n", &Options::default()).unwrap();
    let Some(Outcome::Reject(reject)) = table.next_row().unwrap() else { panic!("a row") };
    assert_eq!((reject.raw.as_str(), reject.line), ("1,\"offen", 2));
    assert_eq!(reject.position(table.name()).to_string(), "t.csv, line 2, byte 8");
}

#[test]
fn an_open_quote_before_much_text_is_bounded() {
    let options = Options { max_text: 1000, ..Options::default() };
    let mut text = String::from("id,text\n1,\"offen\n");
    (2..60_000).for_each(|i| text.push_str(&format!("{i},ein langer Kommentar ohne Anführung\n")));
    let mut table = open(text, &options).unwrap();
    let (mut rows, mut rejects) = (0, 0);
    while let Some(outcome) = table.next_row().unwrap() {
        match outcome {
            Outcome::Row(_) => rows += 1,
            Outcome::Reject(reject) => {
                assert_eq!((reject.line, reject.code), (2, Code::UnbalancedQuote));
                rejects += 1;
            }
        }
    }
    assert_eq!((rows, rejects), (59_998, 1));
}

#[test]
fn quotes_that_open_again_on_every_line_do_not_hang() {
    // Both from inside and from outside quotes, such a line ends inside them.
    let text = format!("id,text\n{}", "\",a\",\"\n".repeat(200_000));
    let read = read(text);
    assert!(read.rows.is_empty());
    assert_eq!(read.rejects[0], (2, 8, Code::UnbalancedQuote));
}

#[test]
fn long_texts_and_long_records_are_rejected_whole() {
    let options = Options { max_text: 100, ..Options::default() };
    let long = |n: usize| format!("id,text\n1,a\n2,{}\n3,c\n", "x".repeat(n));
    for (length, code) in [(101, Code::TextTooLong), (3 << 20, Code::RecordTooLong)] {
        let read = drain(open(long(length), &options).unwrap()).unwrap();
        assert_eq!(read.rejects, [(3, 12, code)]);
        assert_eq!(ids(&read), ["1", "3"]);
    }
    assert!(drain(open(long(100), &options).unwrap()).unwrap().rejects.is_empty());
}

#[test]
fn invalid_bytes_cost_one_row() {
    let read = read(b"id,text\n1,gr\xc3\xbcn\n2,gr\xfcn\n3,wei\xc3\x9f\n4,\xef\xbf\xbd\n".to_vec());
    assert_eq!(ids(&read), ["1", "3", "4"], "a U+FFFD in the input is a character like any other");
    assert_eq!(read.rejects, [(3, 16, Code::InvalidBytes)]);
}

#[test]
fn a_lone_surrogate_costs_one_row() {
    let mut bytes = utf16("id,text\n1,gut\n2,", u16::to_le_bytes);
    bytes.extend([0x00, 0xd8]);
    bytes.extend(utf16("\n3,\u{fffd}\n", u16::to_le_bytes));
    let read = read(bytes);
    assert_eq!(ids(&read), ["1", "3"]);
    assert_eq!(read.rejects, [(3, 14, Code::InvalidBytes)]);
}

pub(super) fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

const GERMAN: &str = "id;text\r\n1;Schöne Grüße aus der Straße\r\n2;\"Ärger über \"\"Öl\"\"\"\r\n";

#[test]
fn encodings_and_compression_are_recognised() {
    let latin: Vec<u8> = GERMAN.chars().map(|c| c as u8).collect();
    let marked = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
    let (little, big) = (utf16(GERMAN, u16::to_le_bytes), utf16(GERMAN, u16::to_be_bytes));
    let halves = GERMAN.as_bytes().split_at(20);
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec();
    let cases = [
        ("utf-8", GERMAN.as_bytes().to_vec(), "UTF-8"),
        ("utf-8 marked", marked(b"\xef\xbb\xbf", GERMAN.into()), "UTF-8"),
        ("utf-16le marked", marked(b"\xff\xfe", little.clone()), "UTF-16LE"),
        ("utf-16be marked", marked(b"\xfe\xff", big.clone()), "UTF-16BE"),
        ("utf-16le", little, "UTF-16LE"),
        ("utf-16be", big, "UTF-16BE"),
        ("latin-1", latin.clone(), "windows-1252"),
        ("gzip", gzip(GERMAN.as_bytes()), "UTF-8"),
        ("gzip of latin-1", gzip(&latin), "windows-1252"),
        ("gzip members", [gzip(halves.0), gzip(halves.1)].concat(), "UTF-8"),
        ("zstd", zstd(GERMAN.as_bytes()), "UTF-8"),
        ("zstd frames", [zstd(halves.0), skippable.clone(), zstd(halves.1)].concat(), "UTF-8"),
        ("zstd after a skippable frame", [skippable, zstd(GERMAN.as_bytes())].concat(), "UTF-8"),
    ];
    for (name, bytes, encoding) in cases {
        let table = open(bytes, &Options::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(table.notes().iter().any(|n| n.contains(encoding)), encoding != "UTF-8", "{name}");
        let rows = drain(table).unwrap().rows;
        assert_eq!(rows, [["1", "Schöne Grüße aus der Straße"], ["2", "Ärger über \"Öl\""]], "{name}");
    }
}

#[test]
fn an_encoding_can_be_forced() {
    let options = Options { encoding: Some(encoding("windows-1251").unwrap()), ..Options::default() };
    let read = drain(open(b"id,text\n1,\xef\xf0\xe8\xe2\xe5\xf2\n".to_vec(), &options).unwrap()).unwrap();
    assert_eq!(read.rows, [["1", "привет"]]);
    assert_eq!(encoding("klingon").unwrap_err().kind(), Kind::Parameter);
}

#[test]
fn what_is_no_table_is_refused_by_name() {
    let random: Vec<u8> = (0..4000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cases: [(&[u8], &str); 13] = [
        (b"PK\x03\x04\x14\0\0\0[Content_Types].xml", "Excel"),
        (b"PK\x03\x04\x14\0\0\0comments.csv", "zip"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\xef\xbb\xbf \n<HTML lang=de>", "HTML"),
        (b"SQLite format 3\0\x10\0", "SQLite"),
        (b"PAR1\x15\x04", "Parquet"),
        (&random, "binary"),
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \n", "empty"),
        (b"[{\"text\":\"a\"}]", "array"),
        (b"id,text,id\n1,a,1\n", "stands twice"),
        (b"\"id,text\n1,a\n", "not balanced"),
        (b"\xff\xfe\0\0i\0\0\0", "UTF-32"),
    ];
    for (bytes, what) in cases {
        let error = open(bytes, &Options::default()).err().unwrap_or_else(|| panic!("{what}: opened"));
        assert!(error.to_string().contains(what), "{what}: {error}");
        assert_eq!(error.kind(), Kind::Input, "{what}");
        assert_eq!(error.position().path.as_deref(), Some("t.csv"));
    }
}

/// Gives `text` in pieces of `piece` bytes, and before each one an interruption; at byte
/// `broken` the disk fails.
struct Faulty {
    text: Cursor<Vec<u8>>,
    piece: usize,
    broken: u64,
    interrupted: bool,
}

impl Read for Faulty {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let left = self.broken.saturating_sub(self.text.position());
        if left == 0 {
            return Err(io::Error::from_raw_os_error(5));
        }
        let n = buf.len().min(self.piece).min(left as usize);
        self.text.read(&mut buf[..n])
    }
}

fn faulty(bytes: Vec<u8>, piece: usize, broken: u64) -> Faulty {
    Faulty { text: Cursor::new(bytes), piece, broken, interrupted: false }
}

fn many_rows() -> String {
    let mut text = String::from("id,text\n");
    (0..20_000).for_each(|i| text.push_str(&format!("{i},\"Kommentar Nummer {i}\"\n")));
    text
}

#[test]
fn a_read_error_is_fatal_wherever_it_comes() {
    let text = many_rows();
    let length = text.len();
    for packed in [text.clone().into_bytes(), gzip(text.as_bytes()), zstd(text.as_bytes())] {
        for part in [0, 1, 2, 3] {
            let broken = (packed.len() * part / 4) as u64;
            let table = Table::open(
                "t.csv",
                faulty(packed.clone(), 7000, broken),
                Role::Comments,
                &Options::default(),
            );
            let error = table.and_then(drain).expect_err("the error was swallowed");
            assert_eq!(error.kind(), Kind::Io, "{part} of {length}: {error}");
        }
    }
}

#[test]
fn a_failed_table_stays_failed() {
    let input = faulty(many_rows().into_bytes(), 7000, 200_000);
    let mut table = Table::open("t.csv", input, Role::Comments, &Options::default()).unwrap();
    while matches!(table.next_row(), Ok(Some(_))) {}
    let Err(error) = table.next_row() else { panic!("it went on") };
    assert_eq!(error.kind(), Kind::Io);
    assert!(error.position().line.is_some_and(|line| line > 1));
}

#[test]
fn interruptions_and_small_reads_change_nothing() {
    let text = many_rows();
    let whole = read(text.clone());
    for piece in [1, 3, 4096] {
        let input = faulty(text.clone().into_bytes(), piece, u64::MAX);
        let table = Table::open("t.csv", input, Role::Comments, &Options::default()).unwrap();
        assert_eq!(drain(table).unwrap(), whole);
    }
}

#[test]
fn a_cut_or_altered_archive_is_an_error() {
    let text = many_rows();
    for (name, packed) in [("gzip", gzip(text.as_bytes())), ("zstd", zstd(text.as_bytes()))] {
        for cut in [packed.len() / 2, packed.len() - 1] {
            let cut = open(&packed[..cut], &Options::default()).and_then(drain);
            assert!(cut.is_err_and(|e| e.kind() == Kind::Io && e.to_string().contains(name)), "{name}");
        }
        let mut altered = packed.clone();
        let last = altered.len() - if name == "gzip" { 5 } else { 1 };
        altered[last] ^= 1;
        let altered = open(altered, &Options::default()).and_then(drain);
        assert!(altered.is_err_and(|e| e.to_string().contains("damaged")), "{name}");
    }
}

#[test]
fn identifiers_can_be_checked_over_tables_or_not_at_all() {
    let text = "id,text\n1,a\n1,b\n";
    let lenient = Options { unique_ids: false, ..Options::default() };
    assert_eq!(drain(open(text, &lenient).unwrap()).unwrap().rows.len(), 2);
    let mut first = open("id,text\n1,a\n", &Options::default()).unwrap();
    while first.next_row().unwrap().is_some() {}
    let second =
        open("id,text\n1,b\n2,c\n", &Options::default()).unwrap().with_seen_ids(first.take_seen_ids());
    assert_eq!(drain(second).unwrap().rejects, [(2, 8, Code::DuplicateId)]);
}

#[test]
fn json_keys_that_come_late_are_blank_before_and_kept_after() {
    let text = "{\"id\":1,\"text\":\"a\"}\n{\"text\":\"b\\n\\\"c\\\"\",\"x\":{\"y\":[1.50]},\"id\":2}\n";
    let mut table = open(text, &Options::default()).unwrap();
    assert_eq!(
        (table.format(), table.header()),
        (Format::JsonLines, &["id", "text", "x"].map(str::to_owned)[..])
    );
    let Some(Outcome::Row(row)) = table.next_row().unwrap() else { panic!("no row") };
    assert_eq!(row.fields().collect::<Vec<_>>(), ["1", "a", ""]);
    let Some(Outcome::Row(row)) = table.next_row().unwrap() else { panic!("no row") };
    assert_eq!(row.fields().collect::<Vec<_>>(), ["2", "b\n\"c\"", "{\"y\":[1.50]}"]);
    assert!(row.raw().starts_with("{\"text\""));
}

//! Bytes that nobody meant: whatever comes in, the doors neither panic nor hang nor fill
//! the memory.
#![allow(clippy::disallowed_methods, reason = "tests open files")]

use std::io::Cursor;

use netiquette::corpus::thread::read_page;
use netiquette::corpus::{Options, Outcome, Role, Table};
use netiquette::error::Kind;
use netiquette::features::Extraction;
use netiquette::features::topic::Context;
use netiquette::model::file::{embedded, read, write};
use netiquette::text::Folded;
use proptest::prelude::*;

/// Bytes of a table that is nearly right.
fn nearly_a_table() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            &b"id,text\n"[..], b"1,moin\n", b"\"", b"\"\"", b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"{\"text\":", b"\"a\"}",
            b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\0", b"\xe4", b"\xc3\xa4",
            b"sep=;\n", b"text", b"PK\x03\x04", b"<!DOCTYPE html>", b"[", b"\\u12",
        ]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Every record of a table; what is no table is an error with a place.
fn drain(bytes: Vec<u8>) -> Result<usize, TestCaseError> {
    let length = bytes.len();
    let options = Options { max_text: 64, ..Options::default() };
    let mut table = match Table::open("t", Cursor::new(bytes), Role::Comments, &options) {
        Ok(table) => table,
        Err(e) => {
            prop_assert_eq!(e.position().path.as_deref(), Some("t"));
            return Ok(0);
        }
    };
    let mut records = 0;
    loop {
        match table.next_row() {
            Ok(None) => return Ok(records),
            Ok(Some(Outcome::Row(row))) => prop_assert!(row.raw().len() <= 64 * length + 4096),
            Ok(Some(Outcome::Reject(reject))) => prop_assert!(reject.line > 0),
            Err(e) => {
                prop_assert_eq!(e.kind(), Kind::Io);
                return Ok(records);
            }
        }
        records += 1;
        prop_assert!(records <= 64 * length + 4096, "more records than bytes");
    }
}

fn altered(bytes: &[u8], at: usize, with: u8, cut: Option<usize>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = at % bytes.len();
    bytes[at] ^= with;
    bytes.truncate(cut.map_or(bytes.len(), |cut| cut % bytes.len()));
    bytes
}

/// A small model file: the embedded one is read and written anew.
fn model_bytes() -> &'static [u8] {
    static BYTES: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BYTES.get_or_init(|| write(&embedded().unwrap().0).unwrap())
}

/// `content` with the checksum it needs to be looked into.
fn sealed(content: &[u8]) -> Vec<u8> {
    [content, blake3::hash(content).as_bytes()].concat()
}

fn score(text: &str) -> Vec<Option<f64>> {
    static MODEL: std::sync::OnceLock<netiquette::Model> = std::sync::OnceLock::new();
    let model = MODEL.get_or_init(|| embedded().unwrap().0);
    let mut one = Extraction::default();
    model.extractor.extract(text, &mut one);
    model.score(&one, &one.bag, &Context::default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_table_door_takes_anything(bytes in nearly_a_table()) {
        drain(bytes)?;
    }

    #[test]
    fn the_importer_takes_anything(pieces in prop::collection::vec(prop_oneof![
        prop::sample::select(vec!["Kommentare", "12.03.2026, 14:05 Uhr", "Antworten", "\n", "\n\n", "vor 3 Stunden", "12 Kommentare",
            "Von Erika Muster", "Gefällt mir 3", "\t", "\u{202e}", "\0", "31.02.0000", "99:99"]).prop_map(str::to_owned),
        ".{0,20}".boxed(),
    ], 0..60)) {
        if let Err(e) = read_page(&pieces.concat(), "a", "s") {
            prop_assert_eq!(e.kind(), Kind::Input);
        }
    }

    #[test]
    fn folding_takes_any_text_and_points_into_it(text in "\\PC{0,60}|(\\p{Mn}|[a-z0-9@#:/.]){0,60}|.{0,60}") {
        let folded = Folded::new(&text);
        prop_assert_eq!(folded.symbols.len(), folded.starts.len());
        prop_assert!(folded.starts.iter().all(|&at| text.is_char_boundary(at as usize)));
        prop_assert!(folded.starts.is_sorted());
        for (start, end) in folded.words() {
            prop_assert!(start < end && end <= folded.symbols.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_a_score(text in "\\PC{0,200}|.{0,200}") {
        for score in score(&text).into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&score));
        }
    }

    #[test]
    fn an_altered_or_cut_model_is_refused(at in any::<usize>(), with in 1..=255u8, cut in prop::option::of(any::<usize>())) {
        let error = read(&altered(model_bytes(), at, with, cut)).unwrap_err();
        prop_assert_eq!(error.kind(), Kind::Model);
    }

    /// The same with a checksum that fits: what is inside is looked at with the same distrust.
    #[test]
    fn a_forged_model_is_read_or_refused(at in 0..9000usize, with in 1..=255u8) {
        let content = &model_bytes()[..model_bytes().len() - 32];
        if let Ok((model, _)) = read(&sealed(&altered(content, at, with, None))) {
            prop_assert!(model.labels.iter().all(|l| l.blocks.iter().all(|b| b.weights.iter().all(|w| w.is_finite()))));
        }
    }
}

#[test]
fn absurd_lengths_in_a_model_are_refused() {
    let content = &model_bytes()[..model_bytes().len() - 32];
    let prefix = &content[..12];
    let claims: [&[u8]; 4] = [
        &u64::MAX.to_le_bytes(),
        &(1u64 << 62).to_le_bytes(),
        &[&99u64.to_le_bytes()[..], br#"{"idf.words":{"dtype":"F16","shape":[9223372036854775807],"data_offsets":[0,8]}}      "#].concat(),
        &[&90u64.to_le_bytes()[..], br#"{"a":{"dtype":"F16","shape":[4611686018427387904,4],"data_offsets":[0,18446744073709551615]}}"#].concat(),
    ];
    for claim in claims {
        let error = read(&sealed(&[prefix, claim].concat())).unwrap_err();
        assert_eq!(error.kind(), Kind::Model);
    }
}

#[test]
fn huge_and_odd_comments_are_scored_like_others() {
    let megabyte = 1 << 20;
    for text in [
        "a".repeat(megabyte),
        "ä".repeat(megabyte / 2),
        "wort ".repeat(100_000),
        (0..100_000).map(|i| format!("w{i} ")).collect(),
        format!("e{}", "\u{301}".repeat(100_000)),
        "a\u{301}\u{302}\u{303} ".repeat(30_000),
        "\u{200d}".repeat(300_000),
        "a ".repeat(megabyte / 2),
        "@a ".repeat(300_000),
        "http://a.b/ ".repeat(80_000),
        "\u{fdfa}".repeat(300_000),
        "👩‍👩‍👧".repeat(50_000),
        "!".repeat(megabyte),
    ] {
        for score in score(&text).into_iter().flatten() {
            assert!((0.0..=1.0).contains(&score));
        }
    }
}

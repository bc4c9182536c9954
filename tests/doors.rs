//! Bytes that nobody meant: whatever comes in, the doors neither panic nor hang nor fill
//! the memory.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "tests open files and say what they did")]

#[path = "../fuzz/doors.rs"]
mod doors;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use doors::sealed;
use netiquette::error::Kind;
use netiquette::model::file::{embedded, read, write};
use proptest::prelude::*;

/// A door: what the fuzz target of that name calls.
type Door = fn(&[u8]);

/// How long a door is knocked at unless NETIQUETTE_FUZZ_SECONDS says otherwise.
const SECONDS: u64 = 3;

/// Calls the door with its stored corpus, then for a bounded time with changed inputs out of it;
/// the n-th case is the same in every run.
fn knock(name: &str, door: Door, more: &[&[u8]]) {
    let folder = format!("{}/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut inputs: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    inputs.extend(more.iter().map(|bytes| bytes.to_vec()));
    assert!(inputs.len() > 5, "the corpus of `{name}` is lost");
    inputs.iter().for_each(|input| door(input));
    let seconds = std::env::var("NETIQUETTE_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(SECONDS));
    let mut cases = 0;
    while Instant::now() < end {
        let input = changed(&inputs, cases);
        if catch_unwind(AssertUnwindSafe(|| door(&input))).is_err() {
            let kept = format!("{}/{name}-{cases}", env!("CARGO_TARGET_TMPDIR"));
            std::fs::write(&kept, &input).unwrap();
            panic!("case {cases} of the door `{name}`, kept as {kept}");
        }
        cases += 1;
    }
    eprintln!("{name}: {} stored inputs, {cases} changed ones", inputs.len());
    assert_memory_is_bounded();
}

/// The largest this program has been, where the system says so.
fn assert_memory_is_bounded() {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    let kib: u64 = peak.unwrap().parse().unwrap();
    assert!(kib < 1 << 20, "{kib} KiB");
}

/// Numbers that look random: splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) % limit.max(1) as u64) as usize
    }
}

/// Pieces that mean something to a door.
const PIECES: [&[u8]; 28] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"{\"text\":",
    b"\\ud800",
    b"<br>",
    b"&#x",
    b"id,text\n",
    b"Kommentare\n",
    b"Antworten\n",
    b"12.03.2026, 14:05 Uhr\n",
    "\u{301}".as_bytes(),
    "\u{200d}".as_bytes(),
    "\u{202e}".as_bytes(),
    &[0xff; 8],
    &[0; 8],
];

/// One of the inputs with a few changes, near its beginning as often as anywhere.
fn changed(inputs: &[Vec<u8>], case: u64) -> Vec<u8> {
    let mut random = Random(case.wrapping_mul(0x2545_F491_4F6C_DD1D));
    let mut bytes = inputs[random.below(inputs.len())].clone();
    for _ in 0..=random.below(4) {
        let reach = if random.below(2) == 0 { bytes.len().min(4096) } else { bytes.len() };
        let at = random.below(reach + 1);
        let to = at + random.below((bytes.len() - at).min(64) + 1);
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
            2 => drop(bytes.drain(at..to)),
            3 => {
                let copied = bytes[at..to].repeat(1 + random.below(20));
                drop(bytes.splice(at..at, copied));
            }
            4 if random.below(4) == 0 => bytes.truncate(at),
            _ => {
                let other = &inputs[random.below(inputs.len())];
                let from = random.below(other.len() + 1);
                let piece = &other[from..other.len().min(from + 512)];
                drop(bytes.splice(at..to, piece.iter().copied()));
            }
        }
    }
    bytes
}

#[test]
fn the_table_door_is_knocked_at() {
    knock("table", doors::table, &[]);
}

#[test]
fn the_page_importer_is_knocked_at() {
    let page = include_bytes!("../data/sample_page.txt");
    knock("page", doors::page, &[page, include_bytes!("fixtures/page_en.txt")]);
}

#[test]
fn the_model_reader_is_knocked_at() {
    knock("model", doors::model, &[include_bytes!("fixtures/models/v4.model"), model_bytes()]);
}

#[test]
fn the_text_pipeline_is_knocked_at() {
    knock("text", doors::text, &[]);
}

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

fn score(text: &str) -> Vec<Option<f64>> {
    static MODEL: std::sync::OnceLock<netiquette::Model> = std::sync::OnceLock::new();
    doors::score(MODEL.get_or_init(|| embedded().unwrap().0), text)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_table_door_takes_anything(bytes in nearly_a_table()) {
        doors::table(&bytes);
    }

    #[test]
    fn the_importer_takes_anything(pieces in prop::collection::vec(prop_oneof![
        prop::sample::select(vec!["Kommentare", "12.03.2026, 14:05 Uhr", "Antworten", "\n", "\n\n", "vor 3 Stunden", "12 Kommentare",
            "Von Erika Muster", "Gefällt mir 3", "\t", "\u{202e}", "\0", "31.02.0000", "99:99"]).prop_map(str::to_owned),
        ".{0,20}".boxed(),
    ], 0..60)) {
        doors::page(pieces.concat().as_bytes());
    }

    #[test]
    fn folding_takes_any_text_and_points_into_it(text in "\\PC{0,60}|(\\p{Mn}|[a-z0-9@#:/.]){0,60}|.{0,60}") {
        doors::fold(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_a_score(text in "\\PC{0,200}|.{0,200}") {
        doors::text(text.as_bytes());
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
        doors::model(&[&altered(content, at, with, None)[..], &[0; 32]].concat());
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

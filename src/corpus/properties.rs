//! Properties of the doors: what a correct writer wrote is read back, whatever the dialect.

use proptest::prelude::*;

use super::Options;
use super::tests::{Drained, drain, open, read, utf16};

/// Any dialect that is promised, with the encoder it needs.
#[derive(Clone, Debug)]
struct Writing {
    delimiter: u8,
    terminator: ::csv::Terminator,
    always_quote: bool,
    encoding: u8,
}

fn writing() -> impl Strategy<Value = Writing> {
    let terminators = prop_oneof![
        Just(::csv::Terminator::CRLF),
        Just(::csv::Terminator::Any(b'\n')),
        Just(::csv::Terminator::Any(b'\r'))
    ];
    let delimiters = prop_oneof![Just(b','), Just(b';'), Just(b'\t'), Just(b'|')];
    (delimiters, terminators, any::<bool>(), 0..4u8).prop_map(
        |(delimiter, terminator, always_quote, encoding)| Writing {
            delimiter,
            terminator,
            always_quote,
            encoding,
        },
    )
}

fn write(how: &Writing, header: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let style = if how.always_quote { ::csv::QuoteStyle::Always } else { ::csv::QuoteStyle::Necessary };
    let mut writer = ::csv::WriterBuilder::new();
    writer.delimiter(how.delimiter).terminator(how.terminator).quote_style(style);
    let mut writer = writer.from_writer(Vec::new());
    writer.write_record(header).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    match how.encoding {
        0 => text.into_bytes(),
        1 => [b"\xef\xbb\xbf".to_vec(), text.into_bytes()].concat(),
        2 => [b"\xff\xfe".to_vec(), utf16(&text, u16::to_le_bytes)].concat(),
        _ => [b"\xfe\xff".to_vec(), utf16(&text, u16::to_be_bytes)].concat(),
    }
}

fn cell() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        4 => "[a-zäöüß ]{1,8}".boxed(),
        1 => Just("\"".to_owned()).boxed(),
        1 => Just("\r\n".to_owned()).boxed(),
        1 => "[\r\n,;|\t\"']{1,3}".boxed(),
        1 => any::<char>().prop_filter("text", |c| !c.is_control()).prop_map(String::from).boxed(),
    ];
    prop::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn what_a_writer_wrote_is_read_back(
        how in writing(),
        rows in prop::collection::vec((cell(), cell(), cell()), 0..12),
    ) {
        let rows: Vec<Vec<String>> =
            rows.into_iter().zip(0..).map(|((a, b, c), i)| vec![i.to_string(), a, format!("x{b}"), c]).collect();
        let read = read(write(&how, &["id", "author", "text", "note"], &rows));
        prop_assert_eq!(read, Drained { rows, rejects: vec![] });
    }

    #[test]
    fn one_column_is_never_split(
        mut how in writing(),
        rows in prop::collection::vec(cell(), 0..12),
    ) {
        how.delimiter = b',';
        let rows: Vec<Vec<String>> = rows.into_iter().map(|cell| vec![format!("x{cell}")]).collect();
        prop_assert_eq!(read(write(&how, &["text"], &rows)).rows, rows);
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut text = b"id,text\n".to_vec();
        text.extend(bytes);
        let lines = text.len() as u64;
        if let Ok(read) = open(text, &Options::default()).and_then(drain) {
            prop_assert!((read.rows.len() + read.rejects.len()) as u64 <= lines);
        }
    }

    #[test]
    fn no_row_behind_a_broken_one_is_lost(
        broken in "[a-z,]{0,3}\"[a-z,\"]{0,10}",
        before in 1..30usize,
        after in 1..30usize,
    ) {
        let row = |i: usize| format!("{i},\"Satz, {i}\"\n");
        let mut text = String::from("id,text\n");
        (0..before).for_each(|i| text.push_str(&row(i)));
        text.push_str(&format!("x,\"{broken}\n"));
        (0..after).for_each(|i| text.push_str(&row(before + i)));
        let read = read(text);
        // A line that happens to be balanced is a row or a reject of its own.
        prop_assert_eq!(read.rows.len() + read.rejects.len(), before + after + 1);
        prop_assert!(read.rows.len() >= before + after);
    }
}

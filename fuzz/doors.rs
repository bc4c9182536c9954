//! The doors that bytes from outside come in by, each a function that takes any bytes and panics
//! when its promise is broken. The fuzz targets call them, and so does `tests/doors.rs`.
#![allow(dead_code, reason = "whoever includes this file calls some of it")]

use std::io::Cursor;
use std::sync::OnceLock;

use netiquette::corpus::thread::{decode, read_page};
use netiquette::corpus::{Options, Outcome, Role, Table, encoding, read_articles};
use netiquette::error::Kind;
use netiquette::explain::explain;
use netiquette::features::Extraction;
use netiquette::features::topic::{ArticleTokens, Context};
use netiquette::model::file::{embedded, read, write};
use netiquette::text::Folded;
use netiquette::{Article, Model};

/// A table of comments or articles, in any dialect, encoding and packing.
pub fn table(bytes: &[u8]) {
    let options = Options { max_text: 64, ..Options::default() };
    drain(bytes, &options);
    let (encoding, delimiter) = (encoding("windows-1252").ok(), Some(b';'));
    drain(bytes, &Options { encoding, delimiter, html: true, ..options.clone() });
    if let Ok(mut table) = Table::open("t", Cursor::new(bytes.to_vec()), Role::Articles, &options) {
        // What is no article is a reject; only reading itself may fail.
        match read_articles(&mut table) {
            Ok((articles, _)) => assert!(!articles.contains_key("")),
            Err(e) => assert_eq!(e.kind(), Kind::Io, "{e}"),
        }
    }
}

/// Reads every record. What is no table is an error with a place, and there are no more records
/// than bytes that could hold one (1 KiB may be 1 MiB, packed).
fn drain(bytes: &[u8], options: &Options) {
    let most = 1024 * bytes.len() + 4096;
    let mut table = match Table::open("t", Cursor::new(bytes.to_vec()), Role::Comments, options) {
        Ok(table) => table,
        Err(e) => return assert_eq!(e.position().path.as_deref(), Some("t"), "{e}"),
    };
    for _ in 0..most {
        match table.next_row() {
            Ok(None) => return,
            Ok(Some(Outcome::Row(row))) => {
                assert!(row.raw().len() <= most && !row.raw().is_empty());
                assert!(!row.get(netiquette::corpus::Field::Text).trim().is_empty());
            }
            Ok(Some(Outcome::Reject(reject))) => assert!(reject.line > 0 && reject.byte < 3 * most as u64),
            Err(e) => return assert_eq!(e.kind(), Kind::Io, "{e}"),
        }
    }
    panic!("more records than bytes");
}

/// A saved page.
pub fn page(bytes: &[u8]) {
    let page = decode(bytes).and_then(|text| read_page(&text, "a", "s"));
    match page {
        Err(e) => assert_eq!(e.kind(), Kind::Input, "{e}"),
        Ok(page) => {
            let ids: std::collections::HashSet<&str> = page.comments.iter().map(|c| c.id.as_str()).collect();
            assert_eq!(ids.len(), page.comments.len(), "every comment has its own id");
            assert!(
                page.comments.iter().all(|c| c.parent_id.is_empty() || ids.contains(c.parent_id.as_str()))
            );
        }
    }
}

/// A model file: as it is, and with the checksum that a forger would have put there.
pub fn model(bytes: &[u8]) {
    if let Err(e) = read(bytes) {
        assert_eq!(e.kind(), Kind::Model, "{e}");
    }
    let content = bytes.split_at(bytes.len().saturating_sub(32)).0;
    match read(&sealed(content)) {
        Err(e) => assert!(matches!(e.kind(), Kind::Model | Kind::Parameter), "{e}"),
        Ok((model, id)) => {
            let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
            assert!(model.labels.iter().all(|label| label.blocks.iter().all(|b| finite(&b.weights))));
            in_range(&score(&model, "Ein Wort, und noch eines"));
            // What was read can be written, and is then what was written.
            let (_, again) = read(&write(&model).expect("a model")).expect("the same model");
            assert_eq!(again.to_string().len(), id.to_string().len());
        }
    }
}

/// `content` with its checksum.
pub fn sealed(content: &[u8]) -> Vec<u8> {
    [content, blake3::hash(content).as_bytes()].concat()
}

/// The text of a comment: folded, scored and explained.
pub fn text(bytes: &[u8]) {
    static MODEL: OnceLock<Model> = OnceLock::new();
    let model = MODEL.get_or_init(|| embedded().expect("the embedded model").0);
    let text = &*String::from_utf8_lossy(bytes);
    fold(text);
    let scores = score(model, text);
    in_range(&scores);
    if text.len() < 4096 {
        let article = article();
        for explanation in explain(model, text, &Context { article: Some(&article), ..Context::default() }) {
            let sum: f64 = explanation.parts.iter().map(|part| part.contribution).sum();
            assert!((explanation.intercept + sum - explanation.logit).abs() < 1e-6);
            assert!(explanation.spans.iter().all(|s| text.get(s.bytes[0]..s.bytes[1]).is_some()));
        }
    }
}

/// Symbols point into the text, in order, at its characters.
pub fn fold(text: &str) {
    let folded = Folded::new(text);
    assert_eq!(folded.symbols.len(), folded.starts.len());
    assert!(folded.starts.iter().all(|&at| text.is_char_boundary(at as usize)));
    assert!(folded.starts.is_sorted());
    assert!(folded.words().all(|(start, end)| start < end && end <= folded.symbols.len()));
}

/// Probabilities of `text` under a short article.
pub fn score(model: &Model, text: &str) -> Vec<Option<f64>> {
    let mut one = Extraction::default();
    model.extractor.extract(text, &mut one);
    let article = article();
    model.score(&one, &one.bag, &Context { article: Some(&article), ..Context::default() })
}

fn article() -> ArticleTokens {
    let Article { title, lead, text, .. } = Article {
        title: "Neue Brücke für die Linie 7".to_owned(),
        text: "Die Stadt baut im Mai.\n\nDanach fährt die Bahn wieder.".to_owned(),
        ..Article::default()
    };
    ArticleTokens::new(&title, &lead, &text)
}

fn in_range(scores: &[Option<f64>]) {
    assert!(scores.iter().flatten().all(|score| (0.0..=1.0).contains(score)), "{scores:?}");
}

//! Every stage from text to score, and all of them from CSV to CSV.

mod synthetic;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use netiquette::features::Extraction;
use netiquette::features::classes::Classes;
use netiquette::features::ngram::{Grams, Space};
use netiquette::features::sentence::Sentences;
use netiquette::features::topic::Context;
use netiquette::model::file::embedded;
use netiquette::scorer::{Scorer, Scratch};
use netiquette::stream::{Desk, Key, Ledger, Row};
use netiquette::text::Folded;
use synthetic::Synthetic;

const COMMENTS: usize = 1000;

fn stages(criterion: &mut Criterion) {
    let texts = Synthetic::new(1).comments(COMMENTS);
    let (model, _) = embedded().expect("the embedded model");
    let scorer = Scorer::new(&model);
    let folded: Vec<Folded> = texts.iter().map(|text| Folded::new(text)).collect();
    let mut group = criterion.benchmark_group("pipeline");
    group.throughput(Throughput::Elements(COMMENTS as u64));
    group.bench_function("fold", |b| {
        let mut out = Folded::default();
        b.iter(|| {
            texts
                .iter()
                .map(|text| {
                    out.fold(text);
                    out.symbols.len()
                })
                .sum::<usize>()
        });
    });
    group.bench_function("n-grams", |b| {
        let (mut grams, classes) = (Grams::default(), Classes::default());
        let mut sentences = Sentences::default();
        let mut count = |one: &Folded| {
            sentences.find(one);
            grams.fill(Space::Chars, one, &classes, &sentences, model.extractor.bits(Space::Chars));
            grams.sentences().map(<[u32]>::len).sum::<usize>()
        };
        b.iter(|| folded.iter().map(&mut count).sum::<usize>());
    });
    group.bench_function("extract", |b| {
        let mut one = Extraction::default();
        b.iter(|| {
            texts
                .iter()
                .map(|text| {
                    model.extractor.extract(text, &mut one);
                    one.words.len()
                })
                .sum::<usize>()
        });
    });
    group.bench_function("score", |b| {
        let (mut scratch, mut scores) = (Scratch::default(), Vec::new());
        b.iter(|| {
            scores.clear();
            texts.iter().for_each(|text| scorer.score(text, &Context::default(), &mut scratch, &mut scores));
            assert_eq!(scores.len(), COMMENTS * model.labels.len());
        });
    });
    group.bench_function("csv to csv, in threads of 50", |b| {
        let csv = table(&texts);
        b.iter(|| assert_eq!(csv_to_csv(&csv, &scorer).lines().count(), COMMENTS));
    });
    group.finish();
}

fn table(texts: &[String]) -> String {
    let rows = texts.iter().enumerate().map(|(i, text)| format!("{i},a{},\"{text}\"\n", i / 50));
    rows.collect()
}

/// Both passes over a table of `id,article_id,text`.
fn csv_to_csv(csv: &str, scorer: &Scorer<'_>) -> String {
    let read = || {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
        reader.records().map(|record| record.expect("a record")).collect::<Vec<_>>()
    };
    let records = read();
    let mut ledger = Ledger::new(true, || Err(std::io::Error::other("a thousand comments have room")));
    let (mut scratch, mut row) = (Scratch::default(), Row::default());
    for (number, record) in (0..).zip(&records) {
        scorer.read(&record[2], &mut scratch);
        (row.number, row.article) = (Some(number), Key::of(&record[1]));
        row.terms.clear();
        scorer.terms(&mut scratch, &mut row.terms);
        row.tokens.clone_from(scratch.bag());
        ledger.note(&row).expect("room");
    }
    let (mut scores, mut desk) = (vec![Vec::new(); records.len()], Desk::default());
    for part in 0..ledger.parts() {
        let judged = ledger.judge(part, &[scorer.reference()], &mut desk, |place, row| {
            let scores = &mut scores[row.number.unwrap_or_default() as usize];
            scorer.judge(&row.terms, &row.tokens, &place.context(0, None), scores);
            Ok(())
        });
        judged.expect("what is in memory");
    }
    let mut out = String::new();
    for (record, scores) in read().iter().zip(&scores) {
        out.push_str(&format!("{},{:?}\n", &record[0], black_box(scores)));
    }
    out
}

criterion_group!(benches, stages);
criterion_main!(benches);

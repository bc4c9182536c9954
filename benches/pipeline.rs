//! Every stage from text to score, and all of them from CSV to CSV.

mod synthetic;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use netiquette::features::Extraction;
use netiquette::features::classes::Classes;
use netiquette::features::ngram::{Grams, Space};
use netiquette::features::sentence::Sentences;
use netiquette::features::topic::{Bag, Context};
use netiquette::model::file::embedded;
use netiquette::scorer::{Scorer, Scratch};
use netiquette::stream::{Key, Threads};
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
    let (mut threads, mut scratch) = (Threads::default(), Scratch::default());
    let bags: Vec<Bag> = records
        .iter()
        .map(|record| {
            scorer.read(&record[2], &mut scratch);
            scratch.bag().clone()
        })
        .collect();
    let articles = records.iter().map(|record| Key::of(&record[1]));
    threads.add_to_threads(articles.zip(bags.iter().map(Bag::tokens)).collect());
    threads.settle(&[scorer.reference()]).expect("threads that never spill");
    let (mut scores, mut out) = (Vec::new(), String::new());
    for record in read() {
        scores.clear();
        scorer.score(&record[2], &threads.context(&record[1]), &mut scratch, &mut scores);
        out.push_str(&format!("{},{:?}\n", &record[0], black_box(&scores)));
    }
    out
}

criterion_group!(benches, stages);
criterion_main!(benches);

//! Fitting one text block on synthetic comments of growing number.

#[allow(dead_code)]
mod synthetic;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array1;
use netiquette::features::ngram::Space;
use netiquette::features::{Extraction, Extractor};
use netiquette::logistic::{Params, Targets};
use netiquette::sparse::{CsrMatrix, Design};
use synthetic::Synthetic;

const BITS: u32 = 18;

/// Character n-grams, and a target that a tenth of the words decides.
fn problem(rows: usize) -> (CsrMatrix, Vec<Targets<1>>) {
    let mut source = Synthetic::new(2);
    let (mut matrix, mut targets) = (CsrMatrix::new(1 << BITS), Vec::new());
    let extractor = Extractor::builtin([BITS; Space::ALL.len()]).expect("word lists");
    let mut one = Extraction::default();
    for text in source.comments(rows) {
        extractor.extract_spaces(&text, &[Space::Chars], &mut one);
        let sentences = one.ngrams[Space::Chars as usize].sentences();
        matrix.push_group(sentences.map(|buckets| buckets.iter().map(|&bucket| (bucket, 1))));
        targets.push([Some(text.contains("mo") != text.contains("du "))]);
    }
    (matrix, targets)
}

fn fit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("solver");
    group.sample_size(10);
    for rows in [1000, 4000] {
        let (matrix, targets) = problem(rows);
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(BenchmarkId::new("fit chars", rows), |b| {
            b.iter(|| {
                let all: Vec<u32> = (0..rows as u32).collect();
                let design = Design::scaled(&matrix, &all, vec![[1.0]; 1 << BITS]);
                let dataset = DatasetBase::new(design, Array1::from_vec(targets.clone()));
                let [fitted] = Params::default().balanced(true).tolerance(1e-2).fit(&dataset).expect("a fit");
                assert!(fitted.converged);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, fit);
criterion_main!(benches);

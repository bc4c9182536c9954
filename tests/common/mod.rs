//! Models and comments that several tests share.
#![allow(dead_code)] // each test binary uses its part
#![allow(clippy::disallowed_methods)] // tests open files as the commands do

use std::fs::File;
use std::path::Path;

use netiquette::corpus::{Role, Table, read_articles, read_corpus};
use netiquette::features::topic::Context;
use netiquette::features::{Extraction, Extractor};
use netiquette::model::Model;
use netiquette::prepared::Prepared;
use netiquette::train::{Config, train};

/// A judged comment.
#[derive(Clone, Debug)]
pub struct Sample {
    pub text: String,
    pub uncivil: bool,
}

const INCIVILITY: &str = "incivility";

fn config() -> Config {
    let text = std::fs::read_to_string(root().join("models/default.toml")).unwrap();
    Config::from_toml(&text).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn prepared(paths: &[std::path::PathBuf], extractor: &Extractor) -> (Prepared, Vec<Sample>) {
    let open = |path: &std::path::PathBuf, role| {
        Table::open(&path.display().to_string(), File::open(path).unwrap(), role, &Default::default())
    };
    let articles =
        read_articles(&mut open(&root().join("data/articles.csv"), Role::Articles).unwrap()).unwrap().0;
    let tables = paths.iter().map(|p| open(p, Role::Comments));
    let corpus = read_corpus(tables, articles, &[INCIVILITY.to_owned()], None).unwrap();
    let sample = |e: &netiquette::Example| Sample {
        text: e.comment.text.clone(),
        uncivil: e.judgements[0] == Some(true),
    };
    (Prepared::new(&corpus, extractor), corpus.examples.iter().map(sample).collect())
}

/// Our own comments.
pub fn own_comments() -> Vec<Sample> {
    let extractor = Extractor::builtin(config().bits()).unwrap();
    prepared(&[root().join("data/labelled.csv")], &extractor).1
}

/// A model of half of our own articles, and the comments of the other half.
pub fn half_trained() -> (Model, Vec<Sample>) {
    let config = config();
    let extractor = Extractor::builtin(config.bits()).unwrap();
    let (prepared, samples) = prepared(&[root().join("data/labelled.csv")], &extractor);
    let of = |half: u64| -> Vec<u32> {
        (0..prepared.rows() as u32).filter(|&i| prepared.groups[i as usize] % 2 == half).collect()
    };
    let model = train(&prepared, &of(0), &extractor, &config).unwrap();
    let judged = |i: &u32| prepared.judgements[*i as usize][0].is_some();
    (model, of(1).into_iter().filter(judged).map(|i| samples[i as usize].clone()).collect())
}

/// A model as the default one is made, and the judged comments of a set beside the
/// repository; `None` if it is not there.
pub fn shared(set: &str) -> Option<(Model, Vec<Sample>)> {
    let shared = root().join("../shared/data");
    let base = shared.join("germeval2018/train.csv");
    let test = shared.join(set).join("train.csv");
    if !base.exists() || !test.exists() {
        return None;
    }
    let config = config();
    let extractor = Extractor::builtin(config.bits()).unwrap();
    let (train_on, _) =
        prepared(&[base, root().join("data/threads.csv"), root().join("data/labelled.csv")], &extractor);
    let rows: Vec<u32> = (0..train_on.rows() as u32).collect();
    let model = train(&train_on, &rows, &extractor, &config).unwrap();
    let (tested, samples) = prepared(&[test], &extractor);
    let judged = samples.into_iter().zip(&tested.judgements).filter(|(_, j)| j[0].is_some());
    Some((model, judged.map(|(s, _)| s).collect()))
}

/// Scores for incivility, each comment by itself.
pub fn score_all(model: &Model, samples: &[Sample]) -> Vec<f64> {
    let mut one = Extraction::default();
    let mut score = |sample: &Sample| {
        model.extractor.extract(&sample.text, &mut one);
        let scores = model.score(&one, &one.bag, &Context::default());
        scores[0].unwrap()
    };
    samples.iter().map(&mut score).collect()
}

/// Which are flagged.
pub fn flagged(model: &Model, samples: &[Sample]) -> Vec<bool> {
    score_all(model, samples).into_iter().map(|s| s >= model.labels[0].threshold).collect()
}

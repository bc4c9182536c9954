use std::collections::HashMap;

use netiquette::corpus::{Corpus, Options, Role, Table, read_corpus};
use netiquette::evaluate::score_judged;
use netiquette::features::Extractor;
use netiquette::logistic::logit;
use netiquette::metrics::SplitMix64;
use netiquette::model::Model;
use netiquette::prepared::Prepared;
use netiquette::sample::{Candidate, Plan, disagreement, sample};
use netiquette::train::{Config, train};

use super::util::{argument, column, json, labelled, of_repository, run, stdout, write};

/// Reads a table that the program wrote.
fn read(path: &std::path::Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("spreadsheets need the byte order mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (header, reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect())
}

#[test]
fn a_sample_goes_out_blank_and_comes_back_into_training_with_its_weights() {
    let folder = tempfile::tempdir().unwrap();
    let (header, rows) = labelled();
    let [id, incivility, off_topic] = ["id", "incivility", "off_topic"].map(|name| column(&header, name));
    let truth: HashMap<String, String> =
        rows.iter().map(|r| (r[id].clone(), r[incivility].clone())).collect();
    let unjudged = rows.into_iter().filter(|r| !r[incivility].is_empty()).map(|mut row| {
        row[incivility].clear();
        row[off_topic].clear();
        row
    });
    let unjudged: Vec<_> = unjudged.collect();
    write(&folder.path().join("month.csv"), &header, unjudged.clone());
    let args =
        ["sample", "month.csv", "-n", "300", "--random", "40%", "-o", "todo.csv", "--labels", "incivility"];
    stdout(folder.path(), &args, 0);
    let (header, mut picks) = read(&folder.path().join("todo.csv"));
    assert_eq!(picks.len(), 300);
    let [id, label, weight] = ["id", "incivility", "sampling_weight"].map(|name| column(&header, name));
    assert!(picks.iter().all(|row| row[label].is_empty()));
    let sum: f64 = picks.iter().map(|row| row[weight].parse::<f64>().unwrap()).sum();
    assert!((sum / unjudged.len() as f64 - 1.0).abs() < 0.2, "{sum} for {}", unjudged.len());
    picks.iter_mut().for_each(|row| row[label] = truth[&row[id]].clone());
    write(&folder.path().join("done.csv"), &header, picks);
    std::fs::write(folder.path().join("small.toml"), "folds = 2\nchar_bits = 12\nword_bits = 12\n").unwrap();
    let train =
        ["train", "done.csv", "--labels", "incivility", "--config", "small.toml", "--model", "m.model"];
    stdout(folder.path(), &train, 0);
    // The share of problems by weights is that of the month; among the rows it is not.
    let found = json(folder.path(), &["threshold", "done.csv", "--want", "f1", "--json"], 0);
    assert_eq!(found["prevalence"]["origin"], "weights");
    let end = |name: &str| found["prevalence"]["estimate"][name].as_f64().unwrap();
    let month = unjudged.iter().filter(|r| truth[&r[column(&labelled().0, "id")]] == "1").count() as f64;
    let month = month / unjudged.len() as f64;
    assert!(end("low") < month && month < end("high"), "{month}: {}", found["prevalence"]);
}

#[test]
fn what_was_judged_before_is_passed_over_and_scores_do_not_sway() {
    let folder = tempfile::tempdir().unwrap();
    let header: Vec<String> =
        ["id", "text", "incivility", "incivility_score", "model_id"].map(str::to_owned).to_vec();
    let text = |i: usize| {
        let mut random = SplitMix64::new(i as u64);
        let word = |_| (0..8).map(|_| char::from(b'a' + random.below(26) as u8)).collect::<String>();
        (0..7).map(word).collect::<Vec<_>>().join(" ")
    };
    let row = |i: usize, label: &str| {
        vec![i.to_string(), text(i), label.to_owned(), "0.5".to_owned(), "abc".to_owned()]
    };
    write(&folder.path().join("old.csv"), &header, (0..20).map(|i| row(i, "1")));
    write(&folder.path().join("new.csv"), &header, (0..40).map(|i| row(i, if i >= 35 { "0" } else { "" })));
    let args =
        ["sample", "new.csv", "-n", "100", "--judged", "old.csv", "--labels", "incivility", "-o", "todo.csv"];
    stdout(folder.path(), &args, 0);
    let (header, picks) = read(&folder.path().join("todo.csv"));
    assert_eq!(header, ["id", "text", "incivility", "sampling_weight", "sampling_reason"]);
    let mut ids: Vec<usize> = picks.iter().map(|row| row[0].parse().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (20..35).collect::<Vec<_>>());
    // The same seed, the same file; another seed, another.
    let again = |seed, out| {
        stdout(folder.path(), &["sample", "new.csv", "-n", "9", "--seed", seed, "-o", out], 0);
        std::fs::read(folder.path().join(out)).unwrap()
    };
    assert_eq!(again("1", "a.csv"), again("1", "b.csv"));
    assert_ne!(again("1", "a.csv"), again("2", "c.csv"));
    let onto_itself = ["sample", "new.csv", "-o", "new.csv"];
    assert_eq!(run(folder.path(), &onto_itself).status.code(), Some(2));
}

#[test]
fn a_formula_is_defused_unless_asked_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.csv"), "id,text\n1,=HYPERLINK(1)\n").unwrap();
    let safe = stdout(folder.path(), &["sample", "c.csv", "--labels", "incivility"], 0);
    assert!(safe.contains("'=HYPERLINK"), "{safe}");
    let as_is = stdout(folder.path(), &["sample", "c.csv", "--labels", "incivility", "--verbatim"], 0);
    assert!(as_is.contains(",=HYPERLINK"), "{as_is}");
}

/// Rows by lot.
fn drawn(rows: &[u32], n: usize, seed: u64) -> Vec<u32> {
    let mut rows = rows.to_vec();
    let mut random = SplitMix64::new(seed);
    (1..rows.len()).rev().for_each(|i| rows.swap(i, random.below(i + 1)));
    rows.truncate(n);
    rows
}

/// What `model` makes of the rows, as `netiquette sample` sees them.
fn candidates(model: &Model, prepared: &Prepared, corpus: &Corpus, rows: &[u32]) -> Vec<Candidate> {
    let label = &model.labels[0];
    let levels = prepared.levels(&model.background);
    let candidate = |&i: &u32| {
        let i = i as usize;
        let row = prepared.row(i, model, label, &levels);
        Candidate {
            margins: vec![label.head.logit(&row) - logit(label.threshold)],
            disagreement: disagreement(&row[..label.blocks.len()]),
            bag: prepared.bags[i].clone(),
            slice: corpus.examples[i].comment.article_id.clone(),
        }
    };
    rows.iter().map(candidate).collect()
}

/// How often the trial below is repeated.
const TRIALS: u64 = 10;

/// A first model of 200 judged comments picks 500 more, against 500 drawn by lot; both are learned
/// with the 200 and judged on the folds 0 to 2, of other articles. Prints the gain in average
/// precision: −0.005 ± 0.011 with a fifth by lot (the default) and −0.021 ± 0.015 with none, so on
/// this corpus choosing does not beat the lot. What is asserted is that the default costs little.
#[ignore = "forty trainings take minutes; run with --ignored --nocapture"]
#[test]
fn five_hundred_chosen_against_five_hundred_random() {
    let path = of_repository("../shared/data/austrotox/train.csv");
    if !path.exists() {
        return eprintln!("skipped: there is no {}", path.display());
    }
    let file = std::fs::File::open(&path).unwrap();
    let table = Table::open("austrotox", file, Role::Comments, &Options::default());
    let corpus = read_corpus([table], HashMap::new(), &["incivility".to_owned()], Some("fold")).unwrap();
    let config = Config { folds: 3, ..Config::default() };
    let extractor = Extractor::builtin(config.bits()).unwrap();
    let prepared = Prepared::new(&corpus, &extractor);
    let held_out = |i: &u32| matches!(prepared.folds[*i as usize].as_deref(), Some("0" | "1" | "2"));
    let (test, pool): (Vec<u32>, Vec<u32>) = (0..prepared.rows() as u32).partition(held_out);
    let quality = |rows: &[u32]| {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        let model = train(&prepared, &rows, &extractor, &config).unwrap();
        let scored = score_judged(&model, &prepared, &test).swap_remove(0);
        (netiquette::metrics::average_precision(&scored.scores, &scored.targets).unwrap(), model)
    };
    let mut gains = [Vec::new(), Vec::new()];
    for trial in 0..TRIALS {
        let first = drawn(&pool, 200, trial);
        let rest: Vec<u32> = pool.iter().copied().filter(|i| !first.contains(i)).collect();
        let (_, model) = quality(&first);
        let seen = candidates(&model, &prepared, &corpus, &rest);
        let (by_lot, _) = quality(&[first.clone(), drawn(&rest, 500, 1000 + trial)].concat());
        for (gains, random) in gains.iter_mut().zip([0.2, 0.0]) {
            let picks = sample(&seen, &[], Plan { size: 500, random, seed: trial, ..Plan::default() });
            let chosen = picks.iter().map(|p| rest[p.row]).collect();
            gains.push(quality(&[first.clone(), chosen].concat()).0 - by_lot);
        }
    }
    for (gains, what) in gains.iter().zip(["a fifth of them by lot", "all chosen"]) {
        let n = gains.len() as f64;
        let mean = gains.iter().sum::<f64>() / n;
        let deviation = (gains.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        // Student's t of 97.5 % with 9 degrees of freedom.
        let half = 2.262 * deviation / n.sqrt();
        eprintln!(
            "500 chosen ({what}) less 500 random: {mean:+.4} ± {half:.4} average precision, {n} trials"
        );
    }
    let default = gains[0].iter().sum::<f64>() / TRIALS as f64;
    assert!(default > -0.02, "{:?}", gains[0]);
}

#[test]
fn a_column_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["sample", &argument("data/labelled.csv"), "--slice", "ressort"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("`ressort`"));
}

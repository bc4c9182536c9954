use std::collections::HashMap;

use netiquette::metrics::SplitMix64;

use super::util::{argument, column, json, labelled, run, stdout, write};

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

#[test]
fn a_column_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["sample", &argument("data/labelled.csv"), "--slice", "ressort"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("`ressort`"));
}

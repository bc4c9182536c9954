use std::fs;

use super::util::{argument, json, run, stdout, write};

/// Scores and judgements in which `problems` of every 20 rows are problems, and score higher.
fn table(path: &std::path::Path, rows: usize, problems: usize, weights: bool) {
    let mut header: Vec<String> =
        ["id", "text", "incivility", "incivility_score"].map(str::to_owned).to_vec();
    header.extend(weights.then(|| "sampling_weight".to_owned()));
    let row = |i: usize| {
        let problem = i % 20 < problems;
        let noise = (i * 7919 % 1009) as f64 / 1009.0;
        let score = if problem { 0.3 + 0.7 * noise } else { 0.6 * noise };
        let mut row =
            vec![i.to_string(), format!("Satz {i}"), u8::from(problem).to_string(), format!("{score:.4}")];
        row.extend(weights.then(|| if problem { "1" } else { "9" }.to_owned()));
        row
    };
    write(path, &header, (0..rows).map(row));
}

#[test]
fn a_wish_is_answered_in_words_and_in_json() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("t.csv"), 2000, 10, false);
    let args = ["threshold", "t.csv", "--want", "max recall @ precision >= 0.9", "--volume", "4000"];
    let words = stdout(folder.path(), &args, 0);
    for part in [
        "2000 judged rows, 1000 of them 1",
        "flag from 0.",
        "caught among the problems",
        "of 4000 comments a day",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let found = json(folder.path(), &[&args[..], &["--json"]].concat(), 0);
    let answer = &found["answers"][0];
    assert!(answer["point"]["precision"]["value"].as_f64().unwrap() >= 0.9);
    let cut = answer["cut"].as_f64().unwrap();
    assert!((0.3..0.7).contains(&cut), "{cut}");
    assert_eq!(found["prevalence"]["origin"], "sample");
    let flagged = answer["per_day"]["flagged"]["value"].as_f64().unwrap();
    assert!((flagged / 4000.0 - answer["point"]["flagged_share"]["value"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn a_rarer_problem_costs_precision_and_a_wish_too_high_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("t.csv"), 2000, 10, false);
    let precision = |prevalence: &str| {
        let args = ["threshold", "t.csv", "--want", "flag rate <= 20%", "--prevalence", prevalence, "--json"];
        json(folder.path(), &args, 0)["answers"][0]["point"]["precision"]["value"].as_f64().unwrap()
    };
    assert!(precision("3%") < precision("30%"));
    let few = folder.path().join("few.csv");
    table(&few, 12, 10, false);
    let args = ["threshold", "few.csv", "--want", "max recall @ precision >= 0.99", "--prevalence", "1%"];
    assert!(stdout(folder.path(), &args, 0).contains("cannot support the wish"));
    fs::write(folder.path().join("flat.csv"), "id,text,incivility,incivility_score\n1,a,1,0.5\n2,b,0,0.5\n")
        .unwrap();
    let refused =
        stdout(folder.path(), &["threshold", "flat.csv", "--want", "max recall @ precision >= 0.9"], 1);
    assert!(refused.contains("cannot be had: no cut reaches this precision; the best is 0.500"), "{refused}");
}

#[test]
fn the_share_of_problems_is_told_from_weights_or_scores() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("weighted.csv"), 2000, 10, true);
    table(&folder.path().join("judged.csv"), 2000, 10, false);
    table(&folder.path().join("stream.csv"), 8000, 2, false);
    let estimate = |args: &[&str], origin: &str| {
        let args = [&["threshold"], args, &["--want", "f1", "--resamples", "200", "--json"]].concat();
        let found = json(folder.path(), &args, 0);
        assert_eq!(found["prevalence"]["origin"], origin);
        let end = |name: &str| found["prevalence"]["estimate"][name].as_f64().unwrap();
        assert!(end("low") < 0.1 && 0.1 < end("high"), "{}", found["prevalence"]);
        assert!(end("high") - end("low") < 0.08);
    };
    // 1 problem of weight 1 for 1 fine row of weight 9; 2 problems of 20.
    estimate(&["weighted.csv"], "weights");
    estimate(&["judged.csv", "--prevalence-from", "stream.csv"], "scores");
}

#[test]
fn three_bands_share_the_work() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("t.csv"), 2000, 10, false);
    let args = [
        "threshold",
        "t.csv",
        "--review",
        "max precision @ recall >= 0.95",
        "--hold",
        "max recall @ precision >= 0.95",
        "--prevalence",
        "20%",
        "--json",
    ];
    let bands = &json(folder.path(), &args, 0)["bands"];
    let share = |band: &str| bands[band]["flagged_share"]["value"].as_f64().unwrap();
    assert!((share("publish") + share("review") + share("hold") - 1.0).abs() < 1e-9);
    assert!(bands["review_from"].as_f64().unwrap() < bands["hold_from"].as_f64().unwrap());
}

#[test]
fn a_written_threshold_makes_a_new_model_and_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(argument("models/default.model"), folder.path().join("old.model")).unwrap();
    let before = fs::read(folder.path().join("old.model")).unwrap();
    let data = argument("data/labelled.csv");
    let args = [
        "threshold",
        &data,
        "--want",
        "flag rate <= 10%",
        "--model",
        "old.model",
        "--write",
        "new.model",
        "--json",
    ];
    let cut = json(folder.path(), &args, 0)["answers"][0]["cut"].as_f64().unwrap();
    let inspect = |path| json(folder.path(), &["inspect", path, "--json"], 0);
    let (old, new) = (inspect("old.model"), inspect("new.model"));
    assert_eq!(fs::read(folder.path().join("old.model")).unwrap(), before);
    assert_ne!(old["model_id"], new["model_id"]);
    assert_eq!(new["labels"][0]["threshold"].as_f64(), Some(cut));
    assert_eq!(old["labels"][1]["threshold"], new["labels"][1]["threshold"]);
    let same = ["threshold", &data, "--want", "f1", "--model", "old.model", "--write", "old.model"];
    assert_eq!(run(folder.path(), &same).status.code(), Some(2));
}

#[test]
fn no_error_quotes_a_comment() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.csv"), "text,incivility,incivility_score\nGeheimwort,1,hoch\n")
        .unwrap();
    let output = run(folder.path(), &["threshold", "bad.csv", "--want", "f1"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("row 1") && !said.contains("Geheimwort") && !said.contains("hoch"), "{said}");
}

#[test]
fn a_handful_of_rows_says_how_little_it_says() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("few.csv"), 40, 10, false);
    table(&folder.path().join("enough.csv"), 60, 10, false);
    let args = |path: &'static str| ["threshold", path, "--want", "f1"];
    let said = stdout(folder.path(), &args("few.csv"), 0);
    assert!(said.contains("only 20 of these rows are 1: below 30"), "{said}");
    assert!(!stdout(folder.path(), &args("enough.csv"), 0).contains("only"), "30 of each class are enough");
    let found = json(folder.path(), &[&args("few.csv")[..], &["--json"]].concat(), 0);
    assert_eq!(found["few"], true);
}

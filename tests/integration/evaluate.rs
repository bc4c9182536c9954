//! `netiquette evaluate`.

use std::collections::HashSet;

use super::util::{Desk, SMALL, labelled, repository, small_model};

#[test]
fn every_figure_of_a_model_with_interval_and_baseline() {
    let desk = Desk::new();
    small_model(&desk);
    let ran = desk.run("evaluate labelled.csv --model small.model --json --resamples 50").expect(0);
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let incivility = &said["labels"][0];
    assert_eq!((incivility["label"].as_str(), incivility["n"].as_u64()), (Some("incivility"), Some(400)));
    let names: Vec<&str> =
        incivility["figures"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    let expected = [
        "precision",
        "recall",
        "f1",
        "macro_f1",
        "germeval_f1",
        "roc_auc",
        "average_precision",
        "brier",
        "calibration_error",
    ];
    assert_eq!(names, expected);
    for figure in incivility["figures"].as_array().unwrap() {
        let value = figure["value"].as_f64().unwrap();
        let (low, high) = (figure["low"].as_f64().unwrap(), figure["high"].as_f64().unwrap());
        assert!(low <= high && (0.0..=1.0).contains(&value), "{figure}");
    }
    let c = &incivility["confusion"];
    let sum: f64 = ["tp", "fp", "fn", "tn"].iter().map(|k| c[*k].as_f64().unwrap()).sum();
    assert_eq!(sum, 400.0);
}

#[test]
fn a_table_that_the_model_was_trained_on_is_pointed_out() {
    let desk = Desk::new();
    small_model(&desk);
    let ran = desk.run("evaluate labelled.csv --model small.model --resamples 20").expect(0);
    assert!(ran.stderr.contains("trained on"), "{}", ran.stderr);
    let rows: String = (0..20).map(|i| format!("Danke für Beitrag {i},{}\n", i % 2)).collect();
    desk.write("other.csv", format!("text,incivility\n{rows}"));
    let ran = desk.run("evaluate other.csv --model small.model --resamples 20").expect(0);
    assert!(!ran.stderr.contains("trained on"), "{}", ran.stderr);
}

#[test]
fn what_no_shipped_model_has_seen_is_in_none_of_the_tables_it_was_trained_on() {
    let values = |table: &str, column: &str| -> HashSet<String> {
        let mut reader = csv::Reader::from_path(repository(table)).unwrap();
        let at = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
        reader.records().map(|record| record.unwrap()[at].to_owned()).collect()
    };
    for unseen in ["data/unseen.csv", "data/held_out.csv"] {
        for column in ["text", "article_id", "id"] {
            let of_unseen = values(unseen, column);
            for table in ["data/labelled.csv", "data/threads.csv"] {
                assert!(of_unseen.is_disjoint(&values(table, column)), "{unseen}, {table}: {column}");
            }
        }
    }
    let provenance = Desk::new().run("inspect").expect(0).stdout;
    assert!(provenance.contains("threads.csv, 2400 rows") && !provenance.contains("unseen"), "{provenance}");
    assert!(!provenance.contains("held_out"), "{provenance}");
}

#[test]
fn an_undefined_rate_is_undefined() {
    let desk = Desk::new();
    let rows: String = (0..20).map(|i| format!("Danke für Beitrag {i},0\n")).collect();
    desk.write("a.csv", format!("text,incivility\n{rows}"));
    let ran = desk.run("evaluate a.csv --resamples 20").expect(0);
    assert!(ran.stdout.contains("undefined") && !ran.stdout.contains("NaN"), "{}", ran.stdout);
}

#[test]
fn cross_validation_over_folds_of_whole_articles_and_by_column() {
    let desk = Desk::new();
    labelled(&desk, 300, 5);
    desk.write("small.toml", SMALL);
    let base = "evaluate labelled.csv --config small.toml --labels incivility --resamples 20 --json --cross-validate 3";
    let said: serde_json::Value = serde_json::from_str(&desk.run(base).expect(0).stdout).unwrap();
    assert_eq!(said["labels"][0]["n"], 300);
    let grouped = desk.run(&format!("{base} --group author")).expect(0);
    assert_ne!(serde_json::from_str::<serde_json::Value>(&grouped.stdout).unwrap(), said);
    desk.run(&format!("{base} --fold-column nowhere")).expect(2).says("nowhere");
}

#[test]
fn of_an_unlabelled_table_no_judgement_counts_and_no_fold_is_asked_for() {
    let desk = Desk::new();
    labelled(&desk, 300, 5);
    desk.write("small.toml", SMALL);
    let judged = desk.read("labelled.csv");
    let with_folds = |(i, line): (usize, &str)| match i {
        0 => format!("{line},part\n"),
        _ => format!("{line},{}\n", i % 3),
    };
    desk.write("folds.csv", judged.lines().enumerate().map(with_folds).collect::<String>());
    desk.write("texts.csv", "text\nIrgendein Satz\nNoch einer\n");
    let base = "evaluate folds.csv --config small.toml --labels incivility --resamples 20 --json --cross-validate 3 --fold-column part";
    for (unlabelled, n) in [("", 300), (" --unlabelled texts.csv", 300), (" --unlabelled labelled.csv", 300)]
    {
        let ran = desk.run(&format!("{base}{unlabelled}")).expect(0);
        let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(said["labels"][0]["n"], n, "{unlabelled}");
    }
    // A label that only an unlabelled table has a column for is nowhere.
    desk.run("train texts.csv --unlabelled labelled.csv --labels incivility --model m")
        .expect(2)
        .says("incivility");
}

#[test]
fn a_gate_that_is_missed_is_exit_code_one() {
    let desk = Desk::new();
    small_model(&desk);
    let base = "evaluate labelled.csv --model small.model --resamples 20";
    let run = |gate: &str| {
        let mut arguments: Vec<&str> = base.split(' ').collect();
        arguments.extend(["--require", gate]);
        desk.run_with(&arguments, b"")
    };
    run("incivility.roc_auc >= 0.5").expect(0);
    run("incivility.roc_auc >= 1.1").expect(1).says("gate missed");
    run("incivility.nothing >= 0").expect(1).says("undefined");
    run("nonsense").expect(2);
}

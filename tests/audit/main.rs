//! `audit`: planted faults are found and priced, sound rows are left alone.
#![allow(clippy::disallowed_methods, reason = "tests write what the program reads")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn netiquette(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("netiquette").expect("the binary is built");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

/// Every fourth row of the samples that come with the project, as `id, text, incivility`.
fn samples() -> Vec<[String; 3]> {
    let mut reader = csv::Reader::from_path("data/labelled.csv").unwrap();
    let rows = reader.records().step_by(4).map(Result::unwrap);
    rows.map(|r| [0, 5, 6].map(|at| r[at].to_owned())).filter(|r| !r[2].is_empty()).collect()
}

fn table(folder: &Path, name: &str, rows: &[[String; 3]]) -> PathBuf {
    let path = folder.join(name);
    let mut writer = csv::Writer::from_path(&path).unwrap();
    writer.write_record(["id", "text", "incivility"]).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
    path
}

fn json(arguments: &[&str]) -> Value {
    let output =
        netiquette(&["--quiet", "audit", "--json", "--folds", "3"]).args(arguments).assert().success();
    serde_json::from_slice(&output.get_output().stdout).unwrap()
}

fn row(id: &str, text: &str, judged: &str) -> [String; 3] {
    [id, text, judged].map(str::to_owned)
}

const TWIN: &str = "Der neue Radweg an der Uferstraße ist viel zu schmal geraten und endet im Nichts.";

#[test]
fn planted_faults_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = samples();
    let flipped: Vec<usize> = (5..rows.len()).step_by(40).collect();
    for &k in &flipped {
        rows[k][2] = if rows[k][2] == "1" { "0" } else { "1" }.to_owned();
    }
    let flipped_ids: Vec<String> = flipped.iter().map(|&k| rows[k][0].clone()).collect();
    rows.push(row("twin-1", TWIN, "0"));
    rows.push(row("twin-2", &TWIN.replace("viel zu", "wirklich viel zu"), "1"));
    rows.push(row("moji-1", "Das ist fÃ¼r mich kein Grund, die BrÃ¼cke zu sperren.", "0"));
    rows.push(row(
        "eng-1",
        "The council has never asked the people who live along this road what they want.",
        "0",
    ));
    let path = table(folder.path(), "train.csv", &rows);
    let list = folder.path().join("list.csv");
    let found =
        json(&[path.to_str().unwrap(), "--labels", "incivility", "--worklist", list.to_str().unwrap()]);

    let conflicts = found["duplicates"]["conflicts"].as_array().unwrap();
    let planted = |c: &&Value| c["ones"][0]["id"] == "twin-2" && c["zeros"][0]["id"] == "twin-1";
    assert_eq!(conflicts.iter().filter(planted).count(), 1, "{conflicts:?}");
    assert_eq!(found["texts"]["mojibake"][0]["id"], "moji-1");
    assert_eq!(found["texts"]["language"], "deu");
    let foreign = found["texts"]["foreign"].as_array().unwrap();
    assert!(foreign.iter().any(|f| f["place"]["id"] == "eng-1" && f["language"] == "eng"), "{foreign:?}");

    let suspects = &found["suspects"][0];
    let rows_found = suspects["rows"].as_array().unwrap();
    let is_flipped = |s: &&Value| flipped_ids.iter().any(|id| s["place"]["id"] == id.as_str());
    let hits = rows_found.iter().filter(is_flipped).count();
    assert!(hits * 3 >= flipped.len(), "{hits} of {} flipped labels", flipped.len());
    let chance = flipped.len() as f64 / rows.len() as f64;
    assert!(hits as f64 / rows_found.len() as f64 > 4.0 * chance, "{hits} of {}", rows_found.len());
    assert!(suspects["f1_without"].as_f64() > suspects["f1"].as_f64());

    let mut reader = csv::Reader::from_path(list).unwrap();
    let listed: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(&listed[0][0], "contradiction");
    let of_reason = |reason: &str| listed.iter().filter(|r| &r[0] == reason).count();
    assert_eq!(of_reason("suspicious"), rows_found.len());
    assert_eq!((of_reason("encoding"), of_reason("language")), (1, foreign.len()));
    assert!(listed.iter().all(|r| r[8].is_empty() && !r[7].is_empty()));
}

#[test]
fn rows_of_train_in_test_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let rows = samples();
    let (train, test) = rows.split_at(400);
    let mut test = test.to_vec();
    let before = test.len();
    for (n, [_, text, judged]) in train.iter().take(12).enumerate() {
        test.push(row(&format!("again-{n}"), &text.to_uppercase(), judged));
    }
    let paths = [table(folder.path(), "train.csv", train), table(folder.path(), "test.csv", &test)];
    let paths: Vec<&str> = paths.iter().map(|p| p.to_str().unwrap()).collect();
    let clean = table(folder.path(), "clean.csv", &test[..before]);
    let clean = json(&[paths[0], clean.to_str().unwrap(), "--labels", "incivility"]);
    let already = clean["duplicates"]["across"][0]["rows"].as_u64().unwrap_or(0);
    let found = json(&[paths[0], paths[1], "--labels", "incivility"]);
    let across = &found["duplicates"]["across"][0];
    assert_eq!(across["rows"].as_u64(), Some(already + 12), "{across}");
    let told = netiquette(&["--quiet", "audit", paths[0], paths[1], "--folds", "2"]).assert().success();
    let told = String::from_utf8_lossy(&told.get_output().stdout).into_owned();
    assert!(told.contains("stand in") && told.contains("answers were learned"), "{told}");
}

#[test]
fn annotators_are_compared_without_a_label() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("judged.csv");
    let mut text = "id,text,anna,ben,cem\n".to_owned();
    for i in 0..30 {
        let truth = i % 3 / 2;
        text.push_str(&format!("{i},Satz Nummer {i},{truth},{truth},{}\n", i % 2));
    }
    std::fs::write(&path, text).unwrap();
    let found = json(&[path.to_str().unwrap(), "--annotators", "anna,ben,cem"]);
    let agreement = &found["agreement"];
    assert_eq!(agreement["rows"], 30);
    assert_eq!(agreement["annotators"][2]["alpha_without"], 1.0);
    assert_eq!(agreement["annotators"][0]["name"], "anna");
    assert!(agreement["alpha"]["high"].as_f64().unwrap() < 1.0);
}

#[test]
fn classes_too_small_are_told_not_failed_on() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<[String; 3]> = (0..30)
        .map(|i| row(&i.to_string(), &format!("Satz Nummer {i} von vielen"), if i < 3 { "1" } else { "0" }))
        .collect();
    let path = table(folder.path(), "few.csv", &rows);
    let found = json(&[path.to_str().unwrap()]);
    let class = &found["classes"][0];
    assert_eq!((class["positives"].as_u64(), class["small"].as_bool()), (Some(3), Some(true)));
    assert!(found["not_checked"][0].as_str().unwrap().contains("`incivility`"));
}

#[test]
fn a_worklist_replaces_no_input_and_runs_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        row("1", "=1+1 und noch viel mehr Text dahinter", "1"),
        row("2", "=1+1 und noch viel mehr Text dahinter", "0"),
    ];
    let path = table(folder.path(), "t.csv", &rows);
    let path = path.to_str().unwrap();
    netiquette(&["audit", path, "--worklist", path]).assert().code(2);
    let output = netiquette(&["--quiet", "audit", path, "--worklist", "-"]).assert().success();
    let list = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    assert!(list.starts_with("reason,label,judged") && list.contains(",'=1+1"), "{list}");
}

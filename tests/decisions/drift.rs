use std::path::Path;

use netiquette::batch::Batch;
use netiquette::comment::Comment;
use netiquette::drift::{Drift, Measured, Thresholds};
use netiquette::metrics::{Bootstrap, SplitMix64};
use netiquette::model::file::embedded;
use serde_json::Value;

use super::util::{column, json, labelled, run, stdout, write};

/// The comments that come with the program as two halves of one month, drawn by lot.
fn halves(seed: u64, rows: usize) -> [Vec<usize>; 2] {
    let mut order: Vec<usize> = (0..rows).collect();
    let mut random = SplitMix64::new(seed);
    (1..rows).rev().for_each(|i| order.swap(i, random.below(i + 1)));
    let second = order.split_off(rows / 2);
    [order, second]
}

fn batch() -> Batch {
    let (header, rows) = labelled();
    let at = |name| column(&header, name);
    let (id, article, parent, created, text) =
        (at("id"), at("article_id"), at("parent_id"), at("created_at"), at("text"));
    let comment = |row: &Vec<String>| Comment {
        id: row[id].clone(),
        article_id: row[article].clone(),
        parent_id: row[parent].clone(),
        created_at: row[created].clone(),
        text: row[text].clone(),
        ..Comment::default()
    };
    Batch::new(rows.iter().map(comment).collect(), [])
}

#[test]
fn two_halves_of_one_month_raise_no_alarm_in_95_of_100_splits() {
    let batch = batch();
    let (model, _) = embedded().unwrap();
    let scores = model.labels.iter().map(|l| l.name.clone()).zip(batch.scores(&model)).collect();
    let section = |i: usize| ["politik", "sport", "lokales"][i % 3].to_owned();
    let slices = vec![("section".to_owned(), (0..batch.len()).map(section).collect())];
    let month = Measured::new(batch.comments(), batch.groups(), scores, slices);
    let quick = Bootstrap { replicates: 50, seed: 1 };
    let alarms: Vec<Vec<String>> = (0..100)
        .map(|seed| {
            // A month of 1200 comments: fewer make more noise, and the test quick.
            let [a, b] = halves(seed, batch.len()).map(|rows| month.select(&rows[..600]));
            Drift::between(&a, &b, Thresholds::default(), quick).alarms()
        })
        .filter(|alarms| !alarms.is_empty())
        .collect();
    eprintln!("{} of 100 splits alarm", alarms.len());
    assert!(alarms.len() <= 5, "{alarms:?}");
}

/// Two halves as files; `change` is done to the text of every row of the second, given its number.
fn planted(folder: &Path, change: impl Fn(usize, &str) -> String) {
    let (header, rows) = labelled();
    let text = column(&header, "text");
    let [a, b] = halves(5, rows.len());
    write(&folder.join("baseline.csv"), &header, a.iter().map(|&i| rows[i].clone()));
    let changed = b.iter().enumerate().map(|(n, &i)| {
        let mut row = rows[i].clone();
        row[text] = change(n, &row[text]);
        row
    });
    write(&folder.join("current.csv"), &header, changed);
}

fn drift(folder: &Path, code: i32) -> Value {
    json(folder, &["drift", "baseline.csv", "current.csv", "--resamples", "100", "--json"], code)
}

fn alarmed(found: &Value, part: &str) -> bool {
    found["alarms"].as_array().unwrap().iter().any(|a| a.as_str().unwrap().contains(part))
}

#[test]
fn an_unchanged_stream_is_quiet() {
    let folder = tempfile::tempdir().unwrap();
    planted(folder.path(), |_, text| text.to_owned());
    let found = drift(folder.path(), 0);
    assert_eq!(found["alarm"], false);
    let words = stdout(
        folder.path(),
        &["drift", "baseline.csv", "current.csv", "--slice", "day", "--resamples", "50"],
        0,
    );
    assert!(words.contains("no alarm"), "{words}");
}

#[test]
fn a_new_slur_is_found() {
    let folder = tempfile::tempdir().unwrap();
    planted(
        folder.path(),
        |n, text| if n % 40 == 0 { format!("{text} So ein Quarzlurch.") } else { text.to_owned() },
    );
    let found = drift(folder.path(), 1);
    assert!(alarmed(&found, "words that are new and frequent"), "{}", found["alarms"]);
    let words = found["drift"]["words"].as_array().unwrap();
    assert_eq!(words[0]["word"], "Quarzlurch");
    assert_eq!(words[0]["comments"][0], 0);
    // A higher bar lets it pass; the words can be left out.
    let quiet = ["drift", "baseline.csv", "current.csv", "--word-share", "5%", "--resamples", "50"];
    stdout(folder.path(), &quiet, 0);
    let blank =
        stdout(folder.path(), &["drift", "baseline.csv", "current.csv", "--no-text", "--resamples", "50"], 1);
    assert!(!blank.contains("Quarzlurch"), "{blank}");
}

#[test]
fn a_topic_shift_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let herd =
        ["Ziegenböcke", "Almwiesen", "Melkschemel", "Käselaibe", "Heuwender", "Jungbullen", "Zaunpfähle"];
    planted(folder.path(), |n, text| match n % 2 {
        0 => text.to_owned(),
        _ => {
            let word = |k: usize| herd[(n * 3 + k * k) % herd.len()];
            format!(
                "{} und {} gehören auf {}, denn {} ohne {} kippen um.",
                word(0),
                word(1),
                word(2),
                word(3),
                word(4)
            )
        }
    });
    let found = drift(folder.path(), 1);
    assert!(alarmed(&found, "unseen n-grams"), "{}", found["alarms"]);
    assert!(alarmed(&found, "words that are new"), "{}", found["alarms"]);
}

#[test]
fn a_template_change_is_found() {
    let folder = tempfile::tempdir().unwrap();
    planted(folder.path(), |_, text| {
        format!("{text}\n\n(Gesendet aus der neuen Lese-App: https://app.example)")
    });
    let found = drift(folder.path(), 1);
    assert!(alarmed(&found, "urls has shifted"), "{}", found["alarms"]);
    assert!(alarmed(&found, "parentheses has shifted"), "{}", found["alarms"]);
}

#[test]
fn a_change_of_prevalence_is_found_by_the_scores_alone() {
    let folder = tempfile::tempdir().unwrap();
    let header: Vec<String> = ["id", "text", "incivility_score", "model_id"].map(str::to_owned).to_vec();
    let table = |path: &str, problems: usize, model: &str| {
        let row = |i: usize| {
            let noise = (i * 7919 % 1009) as f64 / 1009.0;
            let score = if i % 20 < problems { 0.6 + 0.4 * noise } else { 0.3 * noise };
            vec![
                i.to_string(),
                "Ein Satz wie jeder andere".to_owned(),
                format!("{score:.4}"),
                model.to_owned(),
            ]
        };
        write(&folder.path().join(path), &header, (0..2000).map(row));
    };
    table("baseline.csv", 1, "aaa");
    table("current.csv", 6, "aaa");
    let found = drift(folder.path(), 1);
    assert!(alarmed(&found, "problems by incivility"), "{}", found["alarms"]);
    assert_eq!(found["scored_by"], "aaa");
    table("current.csv", 1, "bbb");
    let output = run(folder.path(), &["drift", "baseline.csv", "current.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("of two models"));
}

#[test]
fn a_shift_is_told_by_section_and_by_day() {
    let folder = tempfile::tempdir().unwrap();
    let header: Vec<String> =
        ["id", "text", "created_at", "section", "incivility_score", "model_id"].map(str::to_owned).to_vec();
    // A thousand comments a day, one in five of them under sport; `heated` says whose scores rise.
    let table = |path: &str, days: [u32; 2], heated: fn(u32, bool) -> bool| {
        let row = |(day, i): (u32, usize)| {
            let sport = i % 5 == 0;
            let noise = (i * 7919 % 1009) as f64 / 1009.0;
            let score = if heated(day, sport) { 0.3 + 0.7 * noise } else { 0.4 * noise };
            let section = if sport { "sport" } else { "politik" };
            [&format!("{day}-{i}"), "Ein Satz wie jeder andere", &format!("2026-03-{day:02}T09:00"), section]
                .into_iter()
                .map(str::to_owned)
                .chain([format!("{score:.4}"), "aaa".to_owned()])
                .collect()
        };
        let rows = days.into_iter().flat_map(|day| (0..1000).map(move |i| (day, i)));
        write(&folder.path().join(path), &header, rows.map(row));
    };
    let args = ["drift", "baseline.csv", "current.csv", "--slice", "section", "--slice", "day"];
    let args = [&args[..], &["--resamples", "50", "--json"]].concat();
    table("baseline.csv", [1, 2], |_, _| false);
    table("current.csv", [8, 9], |_, sport| sport);
    let found = json(folder.path(), &args, 1);
    assert!(alarmed(&found, "section=sport: incivility score"), "{}", found["alarms"]);
    assert!(!alarmed(&found, "section=politik"), "{}", found["alarms"]);
    table("current.csv", [8, 9], |day, _| day == 9);
    let found = json(folder.path(), &args, 1);
    assert!(alarmed(&found, "day=2026-03-09: incivility score"), "{}", found["alarms"]);
    assert!(!alarmed(&found, "day=2026-03-08"), "{}", found["alarms"]);
}

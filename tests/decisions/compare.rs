use super::util::{argument, column, json, labelled, run, stdout, train, write};

/// Two models, one of them taught with every other judgement turned round, and rows both do not know.
fn models(folder: &std::path::Path) {
    let (header, rows) = labelled();
    let at = column(&header, "incivility");
    let judged: Vec<Vec<String>> = rows.into_iter().filter(|row| !row[at].is_empty()).collect();
    let (known, fresh): (Vec<_>, Vec<_>) = judged.into_iter().enumerate().partition(|(i, _)| i % 3 > 0);
    let own = |rows: Vec<(usize, Vec<String>)>| rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>();
    let known = own(known);
    train(folder, "good.model", &header, known.clone());
    let spoilt = known.into_iter().enumerate().map(|(i, mut row)| {
        if i % 5 < 2 {
            row[at] = if row[at] == "1" { "0" } else { "1" }.to_owned();
        }
        row
    });
    train(folder, "spoilt.model", &header, spoilt.collect());
    write(&folder.join("fresh.csv"), &header, own(fresh));
}

#[test]
fn a_spoilt_model_is_worse_and_the_gate_holds_it_back() {
    let folder = tempfile::tempdir().unwrap();
    models(folder.path());
    let gate = ["--require", "incivility.average_precision >= old - 0.01", "--resamples", "200"];
    let worse = [&["compare", "good.model", "spoilt.model", "fresh.csv"], &gate[..]].concat();
    let found = json(folder.path(), &[&worse[..], &["--json", "--slice", "article_id"]].concat(), 1);
    let label = &found["labels"][0];
    assert_eq!(label["comparison"]["verdict"], "worse");
    let agreement = &label["agreement"];
    let count = |name: &str| agreement[name].as_u64().unwrap();
    assert_eq!(count("alike") + count("newly_flagged") + count("newly_free"), count("rows"));
    let of_slices: u64 =
        label["slices"][0]["values"].as_array().unwrap().iter().map(|s| s["rows"].as_u64().unwrap()).sum();
    assert_eq!(of_slices, count("rows"));
    let better = [&["compare", "spoilt.model", "good.model", "fresh.csv"], &gate[..]].concat();
    let words = stdout(folder.path(), &better, 0);
    assert!(words.contains("verdict by average_precision: better"), "{words}");
}

#[test]
fn flips_are_told_by_id_and_words_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    models(folder.path());
    let args = ["compare", "good.model", "spoilt.model", "fresh.csv", "--resamples", "50", "--json"];
    let plain = json(folder.path(), &args, 0);
    let flips = plain["labels"][0]["flips"].as_array().unwrap();
    assert!(!flips.is_empty());
    for flip in flips {
        let [old, new] = [0, 1].map(|k| flip["margins"][k].as_f64().unwrap());
        // Scores have four decimals, so a margin of nearly nothing may be on either side.
        let newly = flip["newly"] == "flagged";
        assert!(if newly { old < 1e-3 && new > -1e-3 } else { old > -1e-3 && new < 1e-3 }, "{flip}");
        assert!(flip.get("words").is_none());
        let push = flip["tipped"][0][1].as_f64().unwrap();
        assert_eq!(push > 0.0, newly, "{flip}");
    }
    let asked = json(folder.path(), &[&args[..], &["--text"]].concat(), 0);
    assert!(asked["labels"][0]["flips"][0]["words"].is_array());
}

#[test]
fn a_model_against_itself_cannot_be_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let model = argument("models/default.model");
    let data = argument("data/labelled.csv");
    let args = ["compare", &model, &model, &data, "--resamples", "50", "--require", "incivility.f1 >= old"];
    let words = stdout(folder.path(), &args, 0);
    assert!(words.contains("cannot tell, and no number of labels"), "{words}");
    assert!(!words.contains("newly flagged: "), "{words}");
    let typo = ["compare", &model, &model, &data, "--by", "beauty"];
    assert_eq!(run(folder.path(), &typo).status.code(), Some(2));
}

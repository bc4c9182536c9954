//! Several models in one pass.

use std::fs;

use serde_json::Value;

use crate::util::{Folder, TWO, column};

const BOTH: [&str; 4] = ["--model", "default", "--model", "strict.model"];

/// A folder with two comments and, beside the embedded model, one that flags everything.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    folder.put(
        "judged.csv",
        "id,text,incivility\n1,Du Trottel,1\n2,Danke,0\n3,Guten Tag,0\n4,Halt den Mund,1\n",
    );
    let line =
        ["threshold", "judged.csv", "--label", "incivility", "--want", "max f1", "--write", "strict.model"];
    folder.run(&line, 0);
    folder
}

fn score(folder: &Folder, more: &[&str], code: i32) -> crate::util::Done {
    folder.run(&[&["score", "a.csv"], more].concat(), code)
}

#[test]
fn each_adds_the_columns_it_would_write_alone() {
    let folder = folder();
    let both = score(&folder, &BOTH, 0).out;
    let names =
        ["incivility_score", "incivility_flagged", "off_topic_score", "off_topic_flagged", "model_id"];
    for (name, model) in [("default", "default"), ("strict", "strict.model")] {
        let alone = score(&folder, &["--model", model], 0).out;
        for column_of in names {
            assert_eq!(column(&both, &format!("{name}.{column_of}")), column(&alone, column_of));
        }
    }
    assert_ne!(column(&both, "default.model_id"), column(&both, "strict.model_id"));
    let header = both.lines().next().unwrap();
    let added = |name: &str| names.map(|of| format!("{name}.{of}")).join(",");
    assert_eq!(header, format!("id,article_id,text,{},{}", added("default"), added("strict")));
    assert_eq!(score(&folder, &["--model", "default"], 0).out, score(&folder, &[], 0).out);
}

#[test]
fn json_lines_hold_the_same_members() {
    let folder = folder();
    let csv = score(&folder, &BOTH, 0).out;
    let lines = score(&folder, &[&BOTH[..], &["--format", "jsonl"]].concat(), 0).out;
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (row, score) in rows.iter().zip(column(&csv, "strict.incivility_score")) {
        assert_eq!(row["strict.incivility_score"].to_string(), score.trim_end_matches('0'));
        assert!(row["default.model_id"].is_string());
    }
    assert_eq!(rows.len(), 2);
}

#[test]
fn the_summary_counts_by_model() {
    let folder = folder();
    score(&folder, &[&BOTH[..], &["-o", "o.csv", "--summary", "s.json"]].concat(), 0);
    let summary: Value = serde_json::from_str(&folder.get("s.json")).unwrap();
    let out = folder.get("o.csv");
    for name in ["default", "strict"] {
        let of = &summary["models"][name];
        assert_eq!(of["model_id"], column(&out, &format!("{name}.model_id"))[0]);
        let flagged = column(&out, &format!("{name}.incivility_flagged"));
        assert_eq!(of["labels"]["incivility"]["flagged"], flagged.iter().filter(|flag| *flag == "1").count());
    }
    assert_eq!((&summary["rows"]["scored"], &summary["labels"]), (&2.into(), &Value::Null));
}

#[test]
fn a_growing_output_knows_each_model() {
    let folder = folder();
    let append = [&BOTH[..], &["--append", "-o", "o.csv"]].concat();
    score(&folder, &append, 0);
    let first = folder.get("o.csv");
    assert!(score(&folder, &append, 0).err.contains("0 scored, 0 rejected, 2 skipped"));
    assert_eq!(folder.get("o.csv"), first);
    // The second model of one row has changed since.
    let strict = column(&first, "strict.model_id")[0].clone();
    folder.put("o.csv", first.replacen(&format!(",{strict}\n"), ",000000000000\n", 1));
    assert!(score(&folder, &append, 0).err.contains("1 rows of another model stay as they are"));
    let done = score(&folder, &[&append[..], &["--rescore"]].concat(), 0);
    assert!(done.err.contains("1 scored, 0 rejected, 1 skipped"), "{}", done.err);
    assert_eq!(column(&folder.get("o.csv"), "strict.model_id"), [strict.clone(), strict]);
    let other = score(&folder, &["--model", "default", "--append", "-o", "o.csv"], 2);
    assert!(other.err.contains("other columns"), "{}", other.err);
}

#[test]
fn columns_of_one_name_are_refused() {
    let folder = folder();
    fs::create_dir(folder.at("old")).unwrap();
    fs::copy(folder.at("strict.model"), folder.at("old/strict.model")).unwrap();
    let done = score(&folder, &["--model", "strict.model", "--model", "old/strict.model"], 2);
    assert!(done.err.contains("would both write the column `strict.incivility_score`"), "{}", done.err);
}

//! `--summary`.

use serde_json::Value;

use crate::util::Folder;

fn summary(folder: &Folder) -> Value {
    serde_json::from_str(&folder.get("s.json")).unwrap()
}

#[test]
fn rows_read_are_scored_rejected_or_skipped() {
    let folder = Folder::new();
    folder.put("a.csv", "id,text\n1,Gut so\n2,\n3,Du bist ein Vollidiot\n4,Danke\n4,Danke\n");
    folder.put("b.csv", "id,text\n5,Noch eines\n1,Gut so\n");
    let line = ["score", "a.csv", "-o", "out.csv", "--summary", "s.json", "--append", "--max-rejects", "90%"];
    folder.run(&line, 3);
    let first = summary(&folder);
    assert_eq!(first["rows"], serde_json::json!({"read": 5, "scored": 3, "rejected": 2, "skipped": 0}));
    assert_eq!(first["rejected"], serde_json::json!({"empty_text": 1, "duplicate_id": 1}));
    let label = &first["labels"]["incivility"];
    assert_eq!(label["scored"], 3);
    let flagged = crate::util::column(&folder.get("out.csv"), "incivility_flagged");
    assert_eq!(label["flagged"], flagged.iter().filter(|f| *f == "1").count());
    assert_eq!(first["labels"]["off_topic"]["blank"], 3);
    assert_eq!(first["model_id"], crate::util::column(&folder.get("out.csv"), "model_id")[0]);
    folder.run(&[&["score", "b.csv"], &line[2..]].concat(), 0);
    assert_eq!(
        summary(&folder)["rows"],
        serde_json::json!({"read": 2, "scored": 1, "rejected": 0, "skipped": 1})
    );
}

#[test]
fn a_failed_job_leaves_the_old_summary() {
    let folder = Folder::new();
    folder.put("s.json", "old");
    folder.put("a.csv", "id,text\n1,\n2,\n");
    folder.run(&["score", "a.csv", "-o", "out.csv", "--summary", "s.json"], 2);
    assert_eq!(folder.get("s.json"), "old");
    assert_eq!(folder.names(), ["a.csv", "s.json"]);
}

#[test]
fn it_is_not_an_input_or_the_output() {
    let folder = Folder::new();
    folder.put("a.csv", "id,text\n1,gut\n");
    for (output, summary) in [("out.csv", "a.csv"), ("out.csv", "out.csv")] {
        folder.run(&["score", "a.csv", "-o", output, "--summary", summary], 2);
    }
    assert_eq!(folder.names(), ["a.csv"]);
}

//! `netiquette inspect`.

use super::util::{Desk, small_model};

#[test]
fn the_default_model_says_what_it_is() {
    let desk = Desk::new();
    let said: serde_json::Value = serde_json::from_str(&desk.run("inspect --json").expect(0).stdout).unwrap();
    assert_eq!(said["model_id"].as_str().unwrap().len(), 12);
    let names: Vec<&str> =
        said["labels"].as_array().unwrap().iter().map(|l| l["label"].as_str().unwrap()).collect();
    assert_eq!(names, ["incivility", "off_topic"]);
    let text = desk.run("inspect").expect(0).stdout;
    for word in ["model ", "source: ", "flagged from", "ROC-AUC", "block chars", "topic.all"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn the_id_is_the_one_in_the_scores() {
    let desk = Desk::new();
    small_model(&desk);
    let said: serde_json::Value =
        serde_json::from_str(&desk.run("inspect small.model --json").expect(0).stdout).unwrap();
    let rows = desk.run_with(&["score", "--model", "small.model"], b"text\nhallo\n").expect(0).table();
    assert_eq!(said["model_id"], rows[0]["model_id"].as_str());
}

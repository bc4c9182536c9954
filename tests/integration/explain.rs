//! `netiquette explain`.

use serde_json::Value;

use super::util::{Desk, sample};

fn explained(desk: &Desk, arguments: &[&str]) -> Value {
    serde_json::from_str(&desk.run_with(arguments, b"").expect(0).stdout).unwrap()
}

/// Parts and intercept sum to the logit; the words sum to the text blocks' parts.
fn check_sums(explanation: &Value) {
    let sum = |list: &Value, keep: &dyn Fn(&Value) -> bool| -> f64 {
        list.as_array().unwrap().iter().filter(|p| keep(p)).map(|p| p["contribution"].as_f64().unwrap()).sum()
    };
    let logit = explanation["logit"].as_f64().unwrap();
    let parts = sum(&explanation["parts"], &|_| true);
    assert!((explanation["intercept"].as_f64().unwrap() + parts - logit).abs() < 1e-6);
    let probability = 1.0 / (1.0 + (-logit).exp());
    assert!((probability - explanation["probability"].as_f64().unwrap()).abs() < 1e-4);
    let mut names: Vec<&str> =
        explanation["parts"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|w| w[0] != w[1]), "a column name stands for two things");
    let is_block = |name: &str| BLOCKS.contains(&name.trim_end_matches(".peak"));
    let of_blocks = sum(&explanation["parts"], &|p| is_block(p["name"].as_str().unwrap()));
    assert!((of_blocks - sum(&explanation["spans"], &|_| true)).abs() < 1e-6);
    let similar = |p: &Value| SIMILARITIES.contains(&p["name"].as_str().unwrap());
    let of_similarities = sum(&explanation["parts"], &similar);
    assert!((of_similarities - sum(&explanation["ties"], &|_| true)).abs() < 1e-6);
}

/// Columns that say how near a comment is to something.
const SIMILARITIES: [&str; 11] = [
    "topic.all",
    "topic.title",
    "topic.text",
    "topic.passage",
    "topic.thread",
    "topic.parent",
    "topic.rel_all",
    "topic.rel_thread",
    "topic.lift",
    "topic.space_article",
    "topic.space_thread",
];

/// Text blocks of the default model.
const BLOCKS: [&str; 6] = ["chars", "chars_nb", "words", "words_nb", "classes", "classes_nb"];

#[test]
fn contributions_sum_to_the_logit_and_spans_lie_in_the_text() {
    let desk = Desk::new();
    let text = "Ihr Vollidioten 😡 habt den Ärger ja selbst verschuldet!";
    let said = explained(&desk, &["explain", "--text", text, "--title", "Rat streitet über Ärger", "--json"]);
    let labels = said["labels"].as_array().unwrap();
    assert_eq!(labels.len(), 2);
    for label in labels {
        check_sums(label);
        for span in label["spans"].as_array().unwrap() {
            let at = |k: &str, i: usize| span[k][i].as_u64().unwrap() as usize;
            let piece = &text[at("bytes", 0)..at("bytes", 1)];
            let units: Vec<u16> = text.encode_utf16().collect();
            assert_eq!(String::from_utf16(&units[at("utf16", 0)..at("utf16", 1)]).unwrap(), piece);
        }
    }
    let spans = labels[0]["spans"].as_array().unwrap();
    let strongest = spans
        .iter()
        .max_by(|a, b| a["contribution"].as_f64().partial_cmp(&b["contribution"].as_f64()).unwrap())
        .unwrap();
    let (from, to) =
        (strongest["bytes"][0].as_u64().unwrap() as usize, strongest["bytes"][1].as_u64().unwrap() as usize);
    assert_eq!(&text[from..to], "Vollidioten");
}

/// The bound on what friendly sentences take back is no word's doing, and the sum stays exact.
#[test]
fn an_insult_among_friendly_sentences_is_explained_to_the_word() {
    let desk = Desk::new();
    let friendly = "Vielen Dank für den schönen Bericht aus dem Rathaus. Wir waren am Samstag auch dabei und \
                    hatten Freude. Die Kinder reden noch heute von der Musik. ";
    let text = format!(
        "{friendly}{friendly}Du bist ein Volltrottel! Du Volltrottel, du widerlicher Idiot! {friendly}{friendly}"
    );
    let said = explained(&desk, &["explain", "--text", &text, "--title", "Fest im Rathaus", "--json"]);
    said["labels"].as_array().unwrap().iter().for_each(check_sums);
    let parts = said["labels"][0]["parts"].as_array().unwrap();
    let value = |name: &str| parts.iter().find(|p| p["name"] == name).unwrap()["value"].as_f64().unwrap();
    assert!((value("chars.peak") - value("chars") - netiquette::model::block::TAKEN_BACK).abs() < 1e-9);
}

#[test]
fn a_comment_of_a_table_is_explained_as_it_was_scored() {
    let desk = Desk::new();
    sample(&desk);
    let scored = desk.run("score comments.csv --articles articles.csv").expect(0).table();
    for row in &scored {
        let arguments =
            ["explain", "comments.csv", "--id", &row["id"], "--articles", "articles.csv", "--json"];
        let said = explained(&desk, &arguments);
        for label in said["labels"].as_array().unwrap() {
            check_sums(label);
            let name = format!("{}_score", label["label"].as_str().unwrap());
            assert_eq!(format!("{:.4}", label["probability"].as_f64().unwrap()), row[&name], "{}", row["id"]);
        }
    }
}

#[test]
fn a_parent_behind_its_answer_is_none_as_in_score() {
    let desk = Desk::new();
    desk.write(
        "new.csv",
        "id,article_id,parent_id,text\n1,a,2,Die Miete in der Stadt steigt\n2,a,,Die Miete steigt in der Stadt immer weiter\n3,a,,Ganz etwas anderes über Autos\n",
    );
    let scored = desk.run("score new.csv").expect(0).table();
    let said = explained(&desk, &["explain", "new.csv", "--id", "1", "--json"]);
    let label = said["labels"].as_array().unwrap().iter().find(|l| l["label"] == "off_topic").unwrap();
    assert_eq!(format!("{:.4}", label["probability"].as_f64().unwrap()), scored[0]["off_topic_score"]);
}

#[test]
fn people_get_the_words_marked() {
    let desk = Desk::new();
    let ran = desk.run_with(&["explain", "--text", "So ein Trottel\u{1b}[31m"], b"").expect(0);
    assert!(ran.stdout.contains("Trottel[+"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "control characters are escaped");
    assert!(ran.stdout.contains("nothing to compare"), "{}", ran.stdout);
}

#[test]
fn what_is_not_there_is_said() {
    let desk = Desk::new();
    sample(&desk);
    desk.run("explain comments.csv --id nobody").expect(2).says("nobody");
    desk.run("explain").expect(2);
    desk.run("explain comments.csv").expect(2).says("--id");
}

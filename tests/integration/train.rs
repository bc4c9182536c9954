//! `netiquette train`.

use super::util::{Desk, SMALL, labelled, repository, small_model};

#[test]
fn the_same_bytes_for_one_and_two_threads() {
    let desk = Desk::new();
    labelled(&desk, 300, 5);
    desk.write("small.toml", SMALL);
    for threads in ["1", "2"] {
        let model = format!("{threads}.model");
        desk.run_with(
            &["train", "labelled.csv", "--config", "small.toml", "--threads", threads, "--model", &model],
            b"",
        )
        .expect(0);
    }
    let read = |name| std::fs::read(desk.path(name)).unwrap();
    assert!(read("1.model") == read("2.model"));
    desk.run("train labelled.csv --config small.toml --seed 2 --model other.model").expect(0);
    assert!(read("1.model") != read("other.model"), "another seed gives other folds");
}

#[test]
fn no_word_of_the_comments_is_in_the_model() {
    let desk = Desk::new();
    let mut csv = String::from("id,text,incivility\n");
    for i in 0..60 {
        csv += &format!(
            "{i},Quastenflosserkunde {} Satz {i},{}\n",
            if i % 3 == 0 { "blöder" } else { "guter" },
            u8::from(i % 3 == 0)
        );
    }
    desk.write("a.csv", csv);
    desk.write("small.toml", SMALL);
    desk.run("train a.csv --config small.toml --model a.model").expect(0);
    let bytes = std::fs::read(desk.path("a.model")).unwrap().to_ascii_lowercase();
    assert!(!bytes.windows(12).any(|w| w == b"quastenfloss"));
}

#[test]
fn what_cannot_be_learned_is_said_with_label_and_counts() {
    let desk = Desk::new();
    let rows = |n: usize, label: &dyn Fn(usize) -> &'static str| {
        (0..n).map(|i| format!("Satz Nummer {i},{}\n", label(i))).collect::<String>()
    };
    desk.write("one_class.csv", format!("text,incivility\n{}", rows(30, &|_| "1")));
    desk.write("few.csv", format!("text,incivility\n{}", rows(12, &|i| if i % 2 == 0 { "1" } else { "0" })));
    desk.write("blank.csv", format!("text,incivility\n{}", rows(30, &|_| "")));
    for (arguments, said) in [
        (
            "train one_class.csv --model m",
            "label `incivility` cannot be learned: 30 rows judged 1 and 0 judged 0",
        ),
        ("train few.csv --model m", "6 rows judged 1 and 6 judged 0"),
        ("train blank.csv --model m", "0 rows judged 1 and 0 judged 0"),
        ("train few.csv --labels spam --model m", "spam"),
        ("train few.csv --objective peace --model m", "peace"),
        ("train few.csv --model few.csv", "few.csv"),
    ] {
        desk.run(arguments).expect(2).says(said);
    }
    assert!(!desk.path("m").exists());
}

#[test]
fn blank_is_not_judged() {
    let desk = Desk::new();
    let judged: String = (0..60)
        .map(|i| format!("Satz {i} ist {},{}\n", if i % 2 == 0 { "blöd" } else { "gut" }, 1 - i % 2))
        .collect();
    let blank: String = (0..60).map(|i| format!("Noch ein blöder Satz {i},\n")).collect();
    desk.write("a.csv", format!("text,incivility\n{judged}{blank}"));
    desk.write("small.toml", SMALL);
    desk.run("train a.csv --config small.toml --model m").expect(0);
    let said: serde_json::Value =
        serde_json::from_str(&desk.run("inspect m --json").expect(0).stdout).unwrap();
    assert_eq!(said["labels"][0]["figures"]["rows"], 60);
    assert_eq!(said["labels"][0]["figures"]["positives"], 30);
}

#[test]
fn a_third_label_is_a_column() {
    let desk = Desk::new();
    let rows: String = (0..80)
        .map(|i| {
            format!(
                "{} Nummer {i},{}\n",
                if i % 4 == 0 { "Jetzt kaufen" } else { "Ich finde" },
                u8::from(i % 4 == 0)
            )
        })
        .collect();
    desk.write("a.csv", format!("text,spam\n{rows}"));
    desk.write("small.toml", SMALL);
    desk.run("train a.csv --labels spam --config small.toml --model m").expect(0);
    let rows = desk
        .run_with(&["score", "--model", "m"], b"text\nJetzt kaufen bitte\nIch finde das gut\n")
        .expect(0)
        .table();
    assert_eq!((rows[0]["spam_flagged"].as_str(), rows[1]["spam_flagged"].as_str()), ("1", "0"));
}

#[test]
fn labels_german_words_say_yes_and_no() {
    let desk = Desk::new();
    let rows: String = (0..40)
        .map(|i| {
            format!(
                "Satz {i} {},{}\n",
                if i % 2 == 0 { "schlimm" } else { "fein" },
                if i % 2 == 0 { "ja" } else { "Nein" }
            )
        })
        .collect();
    desk.write("a.csv", format!("Kommentar;x\n{}", rows.replace(',', ";")));
    desk.write("small.toml", SMALL);
    desk.run("train a.csv --column incivility=x --config small.toml --model m").expect(0);
}

#[test]
fn a_trained_model_knows_its_articles() {
    let desk = Desk::new();
    small_model(&desk);
    let said: serde_json::Value =
        serde_json::from_str(&desk.run("inspect small.model --json").expect(0).stdout).unwrap();
    let off_topic = &said["labels"][1];
    assert_eq!(off_topic["label"], "off_topic");
    assert!(off_topic["head"]["weights"]["topic.all"].as_f64().unwrap() < 0.0, "what fits is not off-topic");
    assert_eq!(said["provenance"]["sources"][0][1], 400);
    assert!(repository("data/articles.csv").exists());
}

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
    desk.write(
        "enough.csv",
        format!("text,incivility\n{}", rows(30, &|i| if i % 2 == 0 { "1" } else { "0" })),
    );
    desk.write("elsewhere.toml", "head_sources = [\"elsewhere\"]\n");
    for (arguments, said) in [
        (
            "train one_class.csv --model m",
            "label `incivility` cannot be learned: 30 rows judged 1 and 0 judged 0",
        ),
        ("train few.csv --model m", "6 rows judged 1 and 6 judged 0"),
        ("train blank.csv --model m", "0 rows judged 1 and 0 judged 0"),
        (
            "train enough.csv --config elsewhere.toml --model m",
            "a table that `head_sources` names (elsewhere)",
        ),
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

/// Comments about animals in which `insult` marks the uncivil ones.
fn animals(insult: &str, rows: usize) -> String {
    const ANIMALS: [&str; 7] =
        ["Hund", "Kater", "Dackel", "Hamster", "Papagei", "Goldfisch", "Wellensittich"];
    let row = |i: usize| {
        let (word, label) = if i.is_multiple_of(3) { (insult, 1) } else { ("netter", 0) };
        format!("{i},Der {} vom Nachbarn ist ein {word} Kerl Nummer {i},{label}\n", ANIMALS[i % 7])
    };
    format!("id,text,incivility\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn own_labels_on_top_of_a_base_know_what_both_know() {
    let desk = Desk::new();
    desk.write("small.toml", SMALL);
    desk.write("base.csv", animals("verlauster", 200));
    desk.write("own.csv", animals("rostiger", 60));
    desk.run("train base.csv --config small.toml --model base.model").expect(0);
    desk.run("train own.csv --config small.toml --model own.model").expect(0);
    for threads in ["1", "2"] {
        let line = format!("train own.csv --base base.model --threads {threads} --model both{threads}.model");
        desk.run(&line).expect(0);
    }
    let read = |name| std::fs::read(desk.path(name)).unwrap();
    assert!(read("both1.model") == read("both2.model"), "the same bytes for one and two threads");
    let size = |name| read(name).len() as i64;
    assert!((size("both1.model") - size("base.model")).abs() < 2000, "no model inside the model");

    let score = |model: &str| -> Vec<f64> {
        let text = "text\nMein Hund ist ein verlauster Kerl\nMein Hund ist ein rostiger Kerl\nMein Hund ist ein netter Kerl\n";
        let rows = desk.run_with(&["score", "--model", model], text.as_bytes()).expect(0).table();
        rows.iter().map(|row| row["incivility_score"].parse().unwrap()).collect()
    };
    let (base, own, both) = (score("base.model"), score("own.model"), score("both1.model"));
    let gap = |scores: &[f64], word: usize| scores[word] - scores[2];
    assert!(gap(&both, 0) > gap(&own, 0) + 0.1, "what the base knows is kept: {own:?} {both:?}");
    assert!(gap(&both, 1) > gap(&base, 1) + 0.1, "what is new is learned: {base:?} {both:?}");

    let inspected = |model: &str| -> serde_json::Value {
        serde_json::from_str(&desk.run(&format!("inspect {model} --json")).expect(0).stdout).unwrap()
    };
    let id = &inspected("base.model")["model_id"];
    assert_eq!(&inspected("both1.model")["provenance"]["base"], id);
    assert!(inspected("own.model")["provenance"]["base"].is_null());
    let words = desk.run("inspect both1.model").expect(0).stdout;
    assert!(words.contains(&format!("on top of model {}", id.as_str().unwrap())), "{words}");

    let arguments =
        ["explain", "--text", "Dein Hund ist ein rostiger Kerl", "--model", "both1.model", "--json"];
    let explained: serde_json::Value =
        serde_json::from_str(&desk.run_with(&arguments, b"").expect(0).stdout).unwrap();
    let label = &explained["labels"][0];
    let parts = label["parts"].as_array().unwrap().iter().map(|p| p["contribution"].as_f64().unwrap());
    let sum = label["intercept"].as_f64().unwrap() + parts.sum::<f64>();
    assert!((sum - label["logit"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn a_table_as_base_is_the_first_of_the_tables() {
    let desk = Desk::new();
    desk.write("small.toml", SMALL);
    desk.write("a.csv", animals("verlauster", 90));
    desk.write("b.csv", animals("rostiger", 60));
    desk.run("train b.csv --base a.csv --config small.toml --model based.model").expect(0);
    desk.run("train a.csv b.csv --config small.toml --model listed.model").expect(0);
    assert!(
        std::fs::read(desk.path("based.model")).unwrap() == std::fs::read(desk.path("listed.model")).unwrap()
    );
}

#[test]
fn what_cannot_be_built_on_a_base_is_refused() {
    let desk = Desk::new();
    desk.write("small.toml", SMALL);
    desk.write("a.csv", animals("verlauster", 90));
    desk.write("spam.csv", animals("verlauster", 90).replace("incivility", "spam"));
    desk.run("train a.csv --config small.toml --model a.model").expect(0);
    let mut damaged = std::fs::read(desk.path("a.model")).unwrap();
    damaged[500] ^= 1;
    desk.write("damaged.model", damaged);
    for (line, said) in [
        (
            "train spam.csv --labels spam --base a.model --model m",
            "the base knows no label `spam`, only incivility",
        ),
        ("train a.csv --config small.toml --base a.model --model m", "`char_bits` is decided by the base"),
        ("train a.csv --base damaged.model --model m", "damaged.model: this model is damaged"),
        ("train a.csv --base gone.model --model m", "gone.model"),
        ("train a.csv --base a.model --model a.model", "a.model"),
        ("evaluate a.csv --cross-validate 3 --base a.csv", "a.csv is no model"),
        ("evaluate a.csv --base a.model", "--cross-validate"),
    ] {
        desk.run(line).expect(2).says(said);
    }
    assert!(!desk.path("m").exists());
    desk.run("evaluate a.csv --cross-validate 3 --base a.model --resamples 20").expect(0);
    desk.run("train a.csv --base default --model on_default.model").expect(0);
}

/// Words that share no letter sequence with the title, but go with it.
const SUBJECTS: [(&str, [&str; 5]); 4] = [
    ("Bahn streikt", ["Zug", "Gleis", "Schaffner", "Weiche", "Lok"]),
    ("Suppe versalzen", ["Topf", "Löffel", "Herd", "Gewürz", "Koch"]),
    ("Wahl verschoben", ["Urne", "Partei", "Kandidat", "Stimme", "Mandat"]),
    ("Turnier beendet", ["Ball", "Tor", "Pfiff", "Trikot", "Rasen"]),
];

/// Comments of three such words, three in ten under the title of another subject.
fn subjects() -> String {
    let mut csv = String::from("id,text,article_id,article_title,off_topic\n");
    for article in 0..32usize {
        for row in 0..10usize {
            let own = article % 4;
            let of = if row < 7 { own } else { (own + row - 6) % 4 };
            let word = |n: usize| SUBJECTS[of].1[(article + row * n + n) % 5];
            let text = [1, 2, 3].map(word).join(" ");
            let title = format!("{} am {}.", SUBJECTS[own].0, article / 4 + 1);
            csv += &format!("{article}-{row},{text},a{article},{title},{}\n", u8::from(of != own));
        }
    }
    csv
}

#[test]
fn pairs_learn_which_words_go_with_a_title() {
    let desk = Desk::new();
    desk.write("subjects.csv", subjects());
    desk.write(
        "pairs.toml",
        "[columns]\noff_topic = [\"pairs\"]\n[[blocks]]\nname = \"pairs\"\nspace = \"pairs\"\nweighting = \"idf\"\nc = 2.0\n",
    );
    let trained = "--labels off_topic --config pairs.toml";
    desk.run(&format!(
        "evaluate subjects.csv {trained} --cross-validate 4 --resamples 0 --require off_topic.roc_auc>=0.95"
    ))
    .expect(0);
    desk.run(&format!("train subjects.csv {trained} --model pairs.model")).expect(0);
    // On more threads than there are cores: whoever waits for the pairs must not hold up who counts them.
    desk.run("evaluate subjects.csv --model pairs.model --resamples 0 --threads 32").expect(0);
    desk.write(
        "new.csv",
        "id,text,article_id,article_title\n1,Topf und Löffel,x,Suppe versalzen\n2,Gleis und Weiche,x,Suppe versalzen\n",
    );
    desk.run("score new.csv --model pairs.model -o scored.csv").expect(0);
    let scored = desk.read("scored.csv");
    let scores: Vec<f64> =
        scored.lines().skip(1).map(|line| line.split(',').nth(4).unwrap().parse().unwrap()).collect();
    assert!(scores[0] + 0.5 < scores[1], "{scores:?}");
    // The words carry it, to the last bit of the sum.
    let arguments = [
        "explain",
        "--text",
        "Gleis und Weiche",
        "--title",
        "Suppe versalzen",
        "--model",
        "pairs.model",
        "--json",
    ];
    let said: serde_json::Value =
        serde_json::from_str(&desk.run_with(&arguments, b"").expect(0).stdout).unwrap();
    let label = &said["labels"][0];
    let sum = |list: &str, named: &str| -> f64 {
        let list = label[list].as_array().unwrap().iter();
        list.filter(|part| part["name"].as_str().is_none_or(|name| name.starts_with(named)))
            .map(|part| part["contribution"].as_f64().unwrap())
            .sum()
    };
    let (part, words) = (sum("parts", "pairs"), sum("spans", ""));
    assert!((part - words).abs() < 1e-6 && words > 0.0, "{part} {words}");
    assert!(
        (label["intercept"].as_f64().unwrap() + sum("parts", "") - label["logit"].as_f64().unwrap()).abs()
            < 1e-6
    );
    assert!((label["probability"].as_f64().unwrap() - scores[1]).abs() < 1e-9);
}

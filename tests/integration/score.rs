//! `netiquette score`.

use super::util::{Desk, repository, sample, small_model, table};

#[test]
fn the_sample_thread_gets_both_scores_in_every_row() {
    let desk = Desk::new();
    sample(&desk);
    let ran = desk.run("score comments.csv --articles articles.csv").expect(0);
    let before = table(&desk.read("comments.csv"));
    let after = ran.table();
    assert_eq!(after.len(), 8);
    for (was, is) in before.iter().zip(&after) {
        assert!(was.iter().all(|(name, value)| is[name] == *value), "input columns stay as they came");
        for label in ["incivility", "off_topic"] {
            let score: f64 = is[&format!("{label}_score")].parse().unwrap();
            assert!((0.0..=1.0).contains(&score));
            assert_eq!(is[&format!("{label}_score")].len(), 6, "four decimals");
            assert!(["0", "1"].contains(&is[&format!("{label}_flagged")].as_str()));
        }
        assert_eq!(is["model_id"].len(), 12);
    }
    assert!(ran.stderr.contains("8 rows read, 8 scored, 0 rejected"), "{}", ran.stderr);
}

#[test]
fn an_insult_scores_above_thanks_and_the_foreign_comment_above_the_others() {
    let desk = Desk::new();
    let input = "id,text\n1,Du bist doch ein verblödeter Vollidiot und gehörst eingesperrt!\n2,Vielen Dank für den interessanten Artikel.\n";
    let rows = desk.run_with(&["score"], input.as_bytes()).expect(0).table();
    let score = |i: usize| rows[i]["incivility_score"].parse::<f64>().unwrap();
    assert!(score(0) > score(1) + 0.3, "{} {}", score(0), score(1));
    assert_eq!(rows[0]["incivility_flagged"], "1");
    assert_eq!(rows[1]["incivility_flagged"], "0");
}

#[test]
fn off_topic_is_blank_without_anything_to_compare_with() {
    let desk = Desk::new();
    let rows = desk.run_with(&["score"], b"text\nGuten Morgen\n").expect(0).table();
    assert_eq!((rows[0]["off_topic_score"].as_str(), rows[0]["off_topic_flagged"].as_str()), ("", ""));
    assert_ne!(rows[0]["incivility_score"], "");
    let titled = "text,article_title\nGuten Morgen,Rat stimmt ab\n";
    let rows = desk.run_with(&["score"], titled.as_bytes()).expect(0).table();
    assert_ne!(rows[0]["off_topic_score"], "");
}

#[test]
fn a_model_of_ones_own_is_used() {
    let desk = Desk::new();
    small_model(&desk);
    let own = desk.run_with(&["score", "--model", "small.model"], b"text\nhallo\n").expect(0).table();
    let default = desk.run_with(&["score"], b"text\nhallo\n").expect(0).table();
    assert_ne!(own[0]["model_id"], default[0]["model_id"]);
}

#[test]
fn rejected_rows_are_kept_with_line_byte_and_reason() {
    let desk = Desk::new();
    let rows: String = (0..40).map(|i| format!("{i},Ein ganz normaler Satz {i}.\n")).collect();
    desk.write("in.csv", format!("id,text\n{rows}40,\n41,zu,viele\n"));
    let ran = desk.run("score in.csv -o out.csv --rejects bad.csv").expect(3);
    ran.says("42 rows read, 40 scored, 2 rejected");
    let bad = table(&desk.read("bad.csv"));
    assert_eq!(bad.len(), 2);
    assert_eq!((bad[0]["line"].as_str(), bad[0]["reason_code"].as_str()), ("42", "empty_text"));
    assert_eq!(bad[1]["raw"], "41,zu,viele");
    assert_eq!(table(&desk.read("out.csv")).len(), 40);
}

#[test]
fn too_many_rejects_write_nothing() {
    let desk = Desk::new();
    desk.write("in.csv", "id,text\n1,gut\n2,\n3,\n");
    desk.write("out.csv", "yesterday");
    desk.run("score in.csv -o out.csv --max-rejects 1").expect(2).says("--max-rejects");
    assert_eq!(desk.read("out.csv"), "yesterday");
    assert!(!desk.files().iter().any(|f| f.contains(".tmp")), "{:?}", desk.files());
}

#[test]
fn bad_arguments_and_inputs_are_refused_with_the_place() {
    let desk = Desk::new();
    desk.write("no_text.csv", "id,name\n1,x\n");
    desk.write("not.model", "hello");
    desk.write("in.csv", "text\nhallo\n");
    std::fs::create_dir(desk.path("folder")).unwrap();
    for (arguments, said) in [
        ("score missing.csv", "missing.csv"),
        ("score folder", "folder"),
        ("score no_text.csv", "text"),
        ("score in.csv --model not.model", "not a netiquette model"),
        ("score in.csv --model missing.model", "missing.model"),
        ("score in.csv --max-rejects many", "many"),
        ("score in.csv -o in.csv", "in.csv"),
        ("score in.csv -o folder", "folder"),
        ("score in.csv --nonsense", "--nonsense"),
    ] {
        let ran = desk.run(arguments).expect(2).says(said);
        assert!(ran.stdout.is_empty(), "{arguments}: {}", ran.stdout);
    }
    assert_eq!(desk.read("in.csv"), "text\nhallo\n");
}

#[test]
fn comment_text_is_never_in_a_message() {
    let desk = Desk::new();
    desk.write(
        "in.csv",
        "id,text\n1,\"geheimnisvoll\n2,geheimnisvoll,und mehr\n3,gut\n4,gut\n5,gut\n6,gut\n",
    );
    for arguments in ["score in.csv", "score in.csv --max-rejects 0", "score in.csv --column text=nein"] {
        assert!(!desk.run(arguments).stderr.contains("geheimnisvoll"), "{arguments}");
    }
}

#[test]
fn names_of_columns_can_be_mapped_and_usual_ones_are_recognised() {
    let desk = Desk::new();
    desk.write("a.csv", "nr;Wortlaut\n1;hallo\n");
    let ran = desk.run("score a.csv --column text=Wortlaut").expect(0);
    assert!(ran.stdout.starts_with("nr;Wortlaut;incivility_score;"), "{}", ran.stdout);
    desk.write("b.csv", "Kommentar\nhallo\n");
    desk.run("score b.csv").expect(0).says("Kommentar");
}

#[test]
fn json_lines_come_back_as_they_were_with_scores() {
    let desk = Desk::new();
    let input = "{\"id\": 7, \"text\": \"hallo \\u00e4\", \"more\": [1, 2]}\n";
    let ran = desk.run_with(&["score"], input.as_bytes()).expect(0);
    let row: serde_json::Value = serde_json::from_str(ran.stdout.trim()).unwrap();
    assert_eq!((&row["id"], &row["more"]), (&7.into(), &serde_json::json!([1, 2])));
    assert!(row["incivility_score"].is_number() && row["off_topic_score"].is_null());
    let ran = desk.run_with(&["score", "--format", "csv"], input.as_bytes()).expect(0);
    assert_eq!(ran.table()[0]["text"], "hallo ä");
    let ran = desk.run_with(&["score", "--format", "jsonl"], b"id,text\n1,hallo\n").expect(0);
    assert!(
        ran.stdout.starts_with("{\"id\":\"1\",\"text\":\"hallo\",\"incivility_score\":0."),
        "{}",
        ran.stdout
    );
}

#[test]
fn scoring_scores_again_replaces_them() {
    let desk = Desk::new();
    let once = desk.run_with(&["score"], b"id,text\n1,hallo\n").expect(0).stdout;
    let twice = desk.run_with(&["score"], once.as_bytes()).expect(0).stdout;
    assert_eq!(once, twice);
}

#[test]
fn a_one_column_table_with_commas_stays_one_column() {
    let desk = Desk::new();
    let ran = desk.run_with(&["score"], "text\nHallo, du\nNa ja, gut\n".as_bytes()).expect(0);
    assert_eq!(ran.table()[0]["text"], "Hallo, du");
}

#[test]
fn cells_are_defused_for_spreadsheets_on_request() {
    let desk = Desk::new();
    let input = b"id,text\n=1+1,@SUM(A1)\n";
    let safe = desk.run_with(&["score", "--spreadsheet-safe"], input).expect(0).table();
    assert_eq!((safe[0]["id"].as_str(), safe[0]["text"].as_str()), ("'=1+1", "'@SUM(A1)"));
    let plain = desk.run_with(&["score"], input).expect(0).table();
    assert_eq!(plain[0]["id"], "=1+1");
}

#[test]
fn a_closed_pipe_is_quiet_success() {
    use std::process::{Command, Stdio};
    let desk = Desk::new();
    let rows: String = (0..20_000).map(|i| format!("{i},Satz Nummer {i} mit ein wenig Text.\n")).collect();
    let path = desk.write("in.csv", format!("id,text\n{rows}"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_netiquette"))
        .args(["score", path.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), out.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn without_the_thread_only_the_article_counts() {
    let desk = Desk::new();
    sample(&desk);
    let with = desk.run("score comments.csv --articles articles.csv").expect(0).table();
    let without = desk.run("score comments.csv --articles articles.csv --no-thread").expect(0).table();
    assert!(with.iter().zip(&without).any(|(a, b)| a["off_topic_score"] != b["off_topic_score"]));
    let none = desk.run("score comments.csv --no-thread").expect(0).table();
    assert!(none.iter().filter(|r| r["parent_id"].is_empty()).all(|r| r["off_topic_score"].is_empty()));
}

#[test]
fn the_committed_sample_is_what_importing_the_page_gives() {
    let desk = Desk::new();
    let page = repository("data/sample_page.txt");
    desk.run_with(&["import", page.to_str().unwrap(), "-o", "out"], b"").expect(0);
    for name in ["comments.csv", "articles.csv"] {
        let committed = std::fs::read_to_string(repository("data/sample").join(name)).unwrap();
        let imported = desk.read(&format!("out/{name}"));
        // The source column names the page as it was given.
        let strip = |text: &str| text.replace(page.to_str().unwrap(), "data/sample_page.txt");
        assert_eq!(strip(&imported), committed, "{name}");
    }
}

/// The sample thread, its last comments apart: what came before, and what came late.
fn early_and_late(desk: &Desk) -> [String; 2] {
    const START: &str = "\nsample_page-";
    let all = desk.read("comments.csv");
    let records: Vec<&str> = all.trim_end().split(START).collect();
    assert_eq!(records.len(), 9, "a header and eight records, whose texts have several lines");
    let part =
        |of: &[&str]| of.iter().fold(records[0].to_owned(), |part, record| part + START + record) + "\n";
    [part(&records[1..7]), part(&records[7..])]
}

#[test]
fn late_comments_with_their_thread_score_as_in_the_whole_export() {
    let desk = Desk::new();
    sample(&desk);
    let [early, late] = early_and_late(&desk);
    desk.write("early.csv", early);
    desk.write("late.csv", late);
    let whole = desk.run("score comments.csv --articles articles.csv").expect(0).table();
    let alone = desk.run("score late.csv --articles articles.csv").expect(0).table();
    assert_eq!(alone.len(), 2);
    assert_ne!(alone[..], whole[whole.len() - 2..], "the thread counts");
    // What is in both counts once.
    for context in ["early.csv", "comments.csv"] {
        let with = desk.run(&format!("score late.csv --articles articles.csv --context {context}")).expect(0);
        assert_eq!(with.table()[..], whole[whole.len() - 2..], "{context}");
    }
}

#[test]
fn a_parent_among_the_known_comments_is_found() {
    let desk = Desk::new();
    let header = "id,parent_id,text\n";
    desk.write("known.csv", format!("{header}p,,Die neue Brücke ist viel zu teuer.\n"));
    desk.write("late.csv", format!("{header}k,p,Welche Brücke meinst du?\n"));
    let score = |line: &str| desk.run(line).expect(0).table()[0]["off_topic_score"].clone();
    assert_eq!(score("score late.csv"), "", "nothing to compare with");
    assert_ne!(score("score late.csv --context known.csv"), "");
}

#[test]
fn a_comment_is_not_its_own_parent() {
    let desk = Desk::new();
    // Some exports write the first comment of a thread so.
    desk.write("own.csv", "id,parent_id,text\n7,7,Welche Brücke meinst du?\n8,7,Welche Brücke?\n");
    let rows = desk.run("score own.csv").expect(0).table();
    assert_eq!(rows[0]["off_topic_score"], "", "nothing to compare with");
    assert_ne!(rows[1]["off_topic_score"], "");
}

#[test]
fn articles_that_no_comment_can_be_of_are_read_and_that_is_said() {
    let desk = Desk::new();
    desk.write("bare.csv", "id,text\n1,Welche Brücke meinst du?\n");
    desk.write("articles.csv", "article_id,title\na,Neue Brücke\n");
    desk.run("score bare.csv --articles articles.csv -o out.csv")
        .expect(0)
        .says("no column says which article a comment is of");
    desk.write("broken.csv", "what,is,this\n1,2,3\n");
    desk.run("score bare.csv --articles broken.csv -o out.csv").expect(2).says("broken.csv");
}

#[test]
fn context_from_standard_input_or_of_no_comments_is_told() {
    let desk = Desk::new();
    sample(&desk);
    desk.run("score comments.csv --context -").expect(2).says("--context needs a file");
    desk.run("score comments.csv --context absent.csv").expect(2).says("absent.csv");
    desk.write("known.csv", "id,text\na,eins\nb,\n");
    desk.run("score comments.csv --context known.csv -o out.csv")
        .expect(0)
        .says("known.csv: 1 rows of the context");
}

#[test]
fn an_article_nobody_knows_is_its_thread() {
    let desk = Desk::new();
    desk.write("articles.csv", "article_id,title,text\na,Neue Brücke,\n");
    let input = "id,article_id,text\n1,x,Die Brücke ist teuer\n2,y,Der Kuchen\n3,y,Noch ein Kuchen\n4,a,Eine Brücke\n";
    let rows = desk.run_with(&["score", "--articles", "articles.csv"], input.as_bytes()).expect(0).table();
    let blank: Vec<bool> = rows.iter().map(|row| row["off_topic_score"].is_empty()).collect();
    assert_eq!(blank, [true, false, false, false]);
    // It is said, unless every article is known.
    let ran = desk.run_with(&["score", "--articles", "articles.csv", "-o", "out.csv"], input.as_bytes());
    ran.expect(0).says("of 2 of 3 articles");
    desk.write("known.csv", "id,article_id,text\n1,a,Eine Brücke\n");
    let ran = desk.run("score known.csv --articles articles.csv").expect(0);
    assert!(!ran.stderr.contains("--articles"), "{}", ran.stderr);
}

//! What is always true, over shuffled, split and repeated inputs.

use std::collections::HashMap;

use super::util::{Desk, sample, table};

fn scores(rows: &[HashMap<String, String>]) -> HashMap<String, (String, String)> {
    rows.iter()
        .map(|r| (r["id"].clone(), (r["incivility_score"].clone(), r["off_topic_score"].clone())))
        .collect()
}

/// The sample as records without their header.
fn records(desk: &Desk) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let text = desk.read("comments.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    (reader.headers().unwrap().clone(), reader.records().map(Result::unwrap).collect())
}

fn write(desk: &Desk, name: &str, header: &csv::StringRecord, rows: &[csv::StringRecord]) {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).unwrap();
    rows.iter().for_each(|r| writer.write_record(r).unwrap());
    desk.write(name, writer.into_inner().unwrap());
}

#[test]
fn the_order_of_rows_changes_no_score() {
    let desk = Desk::new();
    sample(&desk);
    let (header, mut rows) = records(&desk);
    let plain = scores(&desk.run("score comments.csv --articles articles.csv").expect(0).table());
    // Parents stay before their replies, as in every export.
    for shift in 1..4 {
        rows.rotate_left(shift);
        let parent = rows.iter().position(|r| &r[0] == "sample_page-4").unwrap();
        let reply = rows.iter().position(|r| &r[0] == "sample_page-5").unwrap();
        if parent > reply {
            rows.swap(parent, reply);
        }
        write(&desk, "shuffled.csv", &header, &rows);
        let shuffled = scores(&desk.run("score shuffled.csv --articles articles.csv").expect(0).table());
        assert_eq!(plain, shuffled);
    }
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let desk = Desk::new();
    sample(&desk);
    let one = desk.run("score comments.csv --articles articles.csv --threads 1").expect(0).stdout;
    let two = desk.run("score comments.csv --articles articles.csv --threads 2").expect(0).stdout;
    assert_eq!(one, two);
}

/// A table of several batches: threads, replies into the batch before, rows that are none.
fn long_table() -> String {
    let words = ["Tram", "Brücke", "Rat", "Unsinn", "teuer", "endlich", "Du Trottel", "\"\"genau\"\""];
    let mut table = "id,article_id,parent_id,article_title,text\n".to_owned();
    for i in 0..17_000 {
        let parent = if i % 3 == 0 && i > 60 { (i - 1 - i % 59).to_string() } else { String::new() };
        let word = |k: usize| words[i * (k + 3) / 7 % words.len()];
        let text = if i % 997 == 5 { String::new() } else { format!("{}, {} {i}!", word(1), word(2)) };
        table.push_str(&format!("{i},a{},{parent},\"{}\",\"{text}\"\n", i % 37, word(i % 37)));
    }
    table
}

#[test]
fn threads_and_checkpoints_change_no_byte() {
    let desk = Desk::new();
    desk.write("long.csv", long_table());
    let mut made = Vec::new();
    for options in
        ["--threads 1", "--threads 3", "--threads 1 --resume", "--threads 2 --resume --checkpoint 5000"]
    {
        let outputs = "-o out.csv --rejects rejects.csv --summary summary.json";
        desk.run(&format!("score long.csv {outputs} {options}")).expect(3);
        made.push(["out.csv", "rejects.csv", "summary.json"].map(|name| desk.read(name)));
    }
    assert_eq!(made[0][0].lines().count(), 17_001 - 18);
    assert_eq!(made[0][1].lines().count(), 1 + 18);
    assert!(made.iter().all(|outputs| *outputs == made[0]), "not the same bytes");
}

#[test]
fn other_articles_change_no_score() {
    let desk = Desk::new();
    sample(&desk);
    let alone = scores(&desk.run("score comments.csv --articles articles.csv").expect(0).table());
    let (header, mut rows) = records(&desk);
    for i in 0..50 {
        let mut foreign = csv::StringRecord::new();
        for (name, value) in header.iter().zip(&rows[i % 8].clone()) {
            foreign.push_field(match name {
                "id" | "article_id" | "parent_id" => "",
                _ => value,
            });
        }
        let id = format!("foreign-{i}");
        let fields: Vec<&str> = header
            .iter()
            .zip(foreign.iter())
            .map(|(n, v)| match n {
                "id" => id.as_str(),
                "article_id" => "elsewhere",
                _ => v,
            })
            .collect();
        rows.insert(i % 8, csv::StringRecord::from(fields));
    }
    write(&desk, "mixed.csv", &header, &rows);
    let mixed = scores(&desk.run("score mixed.csv --articles articles.csv").expect(0).table());
    for (id, score) in alone {
        assert_eq!(mixed[&id], score, "{id}");
    }
}

#[test]
fn every_row_is_scored_or_rejected() {
    let desk = Desk::new();
    let mut csv = String::from("id,text\n");
    for i in 0..500 {
        csv += &match i % 50 {
            13 => format!("{i},\n"),
            27 => format!("{i},zu,viel\n"),
            _ => format!("{i},\"Satz {i}\nmit Zeile\"\n"),
        };
    }
    desk.write("in.csv", csv);
    let ran = desk.run("score in.csv -o out.csv --rejects bad.csv").expect(3);
    let (scored, rejected) = (table(&desk.read("out.csv")).len(), table(&desk.read("bad.csv")).len());
    assert_eq!((scored, rejected), (480, 20));
    ran.says("500 rows read, 480 scored, 20 rejected, 0 skipped");
}

#[test]
fn what_nobody_sees_changes_no_score() {
    let desk = Desk::new();
    let pairs = [
        ("Du Vollidiot, geh doch heim", "Du Voll\u{200b}idi\u{ad}ot, geh  doch\u{a0}heim"),
        ("So übel ist das nicht", "So u\u{308}bel ist das nicht"),
        ("Ihr Heuchler", "Ihr Heuch\u{2060}ler\u{202e}\u{202c}\u{fe0f}"),
    ];
    let csv: String = pairs.iter().map(|(a, b)| format!("\"{a}\"\n\"{b}\"\n")).collect();
    let rows = desk.run_with(&["score"], format!("text\n{csv}").as_bytes()).expect(0).table();
    for pair in rows.chunks(2) {
        assert_eq!(pair[0]["incivility_score"], pair[1]["incivility_score"], "{}", pair[0]["text"]);
    }
}

//! Parquet in and out (feature `parquet`).

use std::fs::File;

use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::util::{Folder, TWO, column};

/// What was written as Parquet and read again is scored as the CSV it came from.
#[test]
fn there_and_back() {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    folder.run(&["score", "a.csv", "--format", "parquet", "-o", "a.parquet"], 0);
    let csv = folder.run(&["score", "a.csv"], 0).out;
    let done = folder.run(&["score", "a.parquet"], 0);
    assert_eq!(column(&done.out, "text"), column(&csv, "text"));
    assert_eq!(column(&done.out, "off_topic_score"), column(&csv, "off_topic_score"));
    assert!(done.err.contains("read as Parquet"), "{}", done.err);
    let again = folder.run(&["score", "a.parquet", "--format", "parquet", "-o", "b.parquet"], 0);
    assert_eq!(again.out, "");
    let bytes = |name| std::fs::read(folder.at(name)).unwrap();
    assert_eq!(bytes("a.parquet"), bytes("b.parquet"), "same rows, same bytes");
}

#[test]
fn columns_have_types_and_blanks_are_null() {
    let folder = Folder::new();
    folder.put("a.csv", "id,text\n1,Ein Wort\n2,Noch eins\n");
    folder.run(&["score", "a.csv", "--format", "parquet", "-o", "a.parquet"], 0);
    let reader = SerializedFileReader::new(File::open(folder.at("a.parquet")).unwrap()).unwrap();
    let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].contains("off_topic_score: null, off_topic_flagged: null"), "{}", rows[0]);
    assert!(rows[0].contains("incivility_flagged: 0"), "{}", rows[0]);
}

/// More rows than a row group holds are in several, and all are read.
#[test]
fn row_groups_are_streamed() {
    let folder = Folder::new();
    let rows: String = (0..66_000).map(|i| format!("{i},Wort {}\n", i % 7)).collect();
    folder.put("a.csv", format!("id,text\n{rows}"));
    folder.run(&["score", "a.csv", "--format", "parquet", "-o", "a.parquet"], 0);
    let reader = SerializedFileReader::new(File::open(folder.at("a.parquet")).unwrap()).unwrap();
    assert_eq!(reader.num_row_groups(), 2);
    let done = folder.run(&["score", "a.parquet", "-o", "b.csv"], 0);
    assert!(done.err.contains("66000 rows read, 66000 scored"), "{}", done.err);
    assert_eq!(column(&folder.get("b.csv"), "id")[65_999], "65999");
}

#[test]
fn a_damaged_file_is_refused() {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    folder.run(&["score", "a.csv", "--format", "parquet", "-o", "a.parquet"], 0);
    let bytes = std::fs::read(folder.at("a.parquet")).unwrap();
    folder.put("cut.parquet", &bytes[..bytes.len() - 9]);
    let done = folder.run(&["score", "cut.parquet", "-o", "o.csv"], 2);
    assert!(done.err.contains("no sound Parquet file"), "{}", done.err);
    for line in [["--append"], ["--resume"]] {
        let line = [&["score", "a.csv", "--format", "parquet", "-o", "a.parquet"], &line[..]].concat();
        assert!(folder.run(&line, 2).err.contains("not Parquet"));
    }
}

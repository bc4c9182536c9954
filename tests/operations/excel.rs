//! Excel workbooks (feature `excel`).

use crate::util::{Folder, column};

/// A zip archive of stored files.
fn zip(files: &[(&str, String)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut crc = flate2::Crc::new();
        crc.update(content.as_bytes());
        let (size, length) = (content.len() as u32, name.len() as u16);
        let mut header = Vec::new();
        // Version, flags, stored, time, date (1980-01-01).
        [20u16, 0, 0, 0, 0x21].iter().for_each(|field| header.extend(field.to_le_bytes()));
        [crc.sum(), size, size].iter().for_each(|field| header.extend(field.to_le_bytes()));
        header.extend(length.to_le_bytes());
        header.extend([0; 2]);
        let offset = archive.len() as u32;
        archive.extend([b"PK\x03\x04", &header[..], name.as_bytes(), content.as_bytes()].concat());
        directory.extend([b"PK\x01\x02\x14\x00", &header[..], &[0; 10]].concat());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, count) = (archive.len() as u32, files.len() as u16);
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    [count, count].iter().for_each(|field| archive.extend(field.to_le_bytes()));
    [directory.len() as u32, at].iter().for_each(|field| archive.extend(field.to_le_bytes()));
    archive.extend([0; 2]);
    archive
}

/// A workbook with one sheet of text cells, its first row being row `first` of the sheet.
fn workbook(rows: &[&[&str]], first: usize) -> Vec<u8> {
    sheets(&[("Kommentare", rows)], first)
}

/// A workbook with several of them.
fn sheets(sheets: &[(&str, &[&[&str]])], first: usize) -> Vec<u8> {
    const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let cell = |row: usize, column: usize, text: &str| {
        let at = format!("{}{}", char::from(b'A' + column as u8), first + row);
        match text.strip_prefix('#') {
            Some(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
            None => format!(
                "<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                escape(text)
            ),
        }
    };
    let row = |(i, cells): (usize, &&[&str])| {
        let cells: String = cells.iter().enumerate().map(|(j, text)| cell(i, j, text)).collect();
        format!("<row r=\"{}\">{cells}</row>", first + i)
    };
    let numbered = |one: &dyn Fn(usize, &str) -> String| -> String {
        sheets.iter().enumerate().map(|(i, (name, _))| one(i + 1, name)).collect()
    };
    let mut files = vec![
        (
            "[Content_Types].xml",
            format!(
                "{XML}<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{XML}<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" \
                 Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "{XML}<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{}</sheets></workbook>",
                numbered(&|i, name| format!("<sheet name=\"{name}\" sheetId=\"{i}\" r:id=\"r{i}\"/>"))
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "{XML}<Relationships xmlns=\"{package}/relationships\">{}</Relationships>",
                numbered(&|i, _| format!(
                    "<Relationship Id=\"r{i}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{i}.xml\"/>"
                ))
            ),
        ),
    ];
    let paths: Vec<String> = (1..=sheets.len()).map(|i| format!("xl/worksheets/sheet{i}.xml")).collect();
    for (path, (_, rows)) in paths.iter().zip(sheets) {
        let rows: String = rows.iter().enumerate().map(row).collect();
        files.push((
            path,
            format!("{XML}<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>"),
        ));
    }
    zip(&files)
}

const ROWS: [&[&str]; 4] =
    [&["id", "text"], &["#1", "Grüße, \"liebe\"\nRedaktion & <Leser>"], &["#2", ""], &["#3", "=1+1"]];

#[test]
fn a_sheet_is_scored_as_its_csv() {
    let folder = Folder::new();
    folder.put("a.xlsx", workbook(&ROWS, 1));
    folder.put("a.csv", "id,text\n1,\"Grüße, \"\"liebe\"\"\nRedaktion & <Leser>\"\n2,\"\"\n3,=1+1\n");
    let sheet = folder.run(&["score", "a.xlsx"], 3);
    assert_eq!(sheet.out, folder.run(&["score", "a.csv"], 3).out);
    assert!(sheet.err.contains("read from sheet `Kommentare`"), "{}", sheet.err);
}

/// The line in the rejects is the row of the sheet.
#[test]
fn rejects_name_the_row_of_the_sheet() {
    let folder = Folder::new();
    folder.put("a.xlsx", workbook(&ROWS, 5));
    folder.run(&["score", "a.xlsx", "--rejects", "r.csv", "-o", "o.csv"], 3);
    assert_eq!(column(&folder.get("r.csv"), "line"), ["7"]);
    assert_eq!(column(&folder.get("r.csv"), "reason_code"), ["empty_text"]);
}

#[test]
fn a_sheet_is_chosen_by_name() {
    let folder = Folder::new();
    folder.put("a.xlsx", sheets(&[("Artikel", &[&["article_id", "title"]]), ("Kommentare", &ROWS)], 1));
    let done = folder.run(&["score", "a.xlsx", "--sheet", "Kommentare"], 3);
    assert_eq!(column(&done.out, "id"), ["1", "3"]);
    folder.put("a.csv", "id,text\n1,gut\n");
    for (line, what) in [
        (["a.xlsx", "--sheet", "kommentare"], "no sheet `kommentare`; its sheets are Artikel, Kommentare"),
        (["a.csv", "--sheet", "Kommentare"], "this is none"),
    ] {
        let done = folder.run(&[&["score"], &line[..]].concat(), 2);
        assert!(done.err.contains(what), "{}", done.err);
    }
}

#[test]
fn an_archive_that_is_no_workbook_is_refused() {
    let folder = Folder::new();
    folder.put("a.zip", zip(&[("a.csv", "id,text\n".to_owned())]));
    folder.put("cut.xlsx", &workbook(&ROWS, 1)[..300]);
    for name in ["a.zip", "cut.xlsx"] {
        let done = folder.run(&["score", name], 2);
        assert!(done.err.contains("no sound Excel workbook"), "{}", done.err);
    }
}

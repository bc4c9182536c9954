//! `--html`.

use crate::util::{Folder, column};

#[test]
fn html_is_understood_on_request_and_columns_stay() {
    let folder = Folder::new();
    folder.put("html.csv", "id,text\n1,<p>Sch&ouml;n<br>gemacht</p>\n2,<br/>\n3,Ja &amp; nein\n");
    folder.put("text.csv", "id,text\n1,\"Schön\ngemacht\"\n3,Ja & nein\n");
    let html = folder.run(&["score", "html.csv", "--html"], 3);
    let text = folder.run(&["score", "text.csv"], 0);
    assert_eq!(column(&html.out, "incivility_score"), column(&text.out, "incivility_score"));
    assert_eq!(column(&html.out, "text"), ["<p>Sch&ouml;n<br>gemacht</p>", "Ja &amp; nein"]);
    assert!(html.err.contains("1 rows rejected: empty_text"), "{}", html.err);
    let without = folder.run(&["score", "html.csv"], 0);
    assert_eq!(column(&without.out, "id").len(), 3);
}

#[test]
fn with_append_nothing_is_scored_twice() {
    let folder = Folder::new();
    folder.put("a.csv", "id,text\n1,<p>Sch&ouml;n</p>\n2,\"<br>=1\"\n");
    let line = ["score", "a.csv", "--html", "--append", "--spreadsheet-safe", "-o", "out.csv"];
    folder.run(&line, 0);
    let first = folder.get("out.csv");
    let again = folder.run(&line, 0);
    assert!(again.err.contains("0 scored, 0 rejected, 2 skipped"), "{}", again.err);
    assert_eq!(folder.get("out.csv"), first);
}

//! `netiquette import`.

use super::util::{Desk, repository, shared, table};

#[test]
fn the_sample_page_gives_an_article_and_its_thread() {
    let desk = Desk::new();
    let page = repository("data/sample_page.txt");
    let ran = desk.run_with(&["import", page.to_str().unwrap(), "-o", "out"], b"").expect(0);
    ran.says("without author");
    let comments = table(&desk.read("out/comments.csv"));
    assert_eq!(comments.len(), 8);
    assert_eq!(comments[4]["author"], "");
    assert_eq!(comments[4]["parent_id"], comments[3]["id"]);
    assert_eq!(table(&desk.read("out/articles.csv")).len(), 1);
}

#[test]
fn a_file_that_is_no_page_does_not_keep_the_others_out() {
    let desk = Desk::new();
    desk.write("empty.txt", "");
    desk.write("binary.txt", [0u8, 159, 146, 150, 0, 1, 2]);
    let page = repository("data/sample_page.txt");
    let ran = desk.run_with(&["import", "empty.txt", "binary.txt", page.to_str().unwrap(), "-o", "out"], b"");
    ran.expect(3).says("empty.txt").says("binary.txt");
    assert_eq!(table(&desk.read("out/articles.csv")).len(), 1);
    desk.run("import empty.txt -o nothing").expect(2);
    assert!(!desk.path("nothing/articles.csv").exists());
}

#[test]
fn the_five_real_pages_give_five_articles_and_six_scored_comments() {
    let Some(seeds) = shared("seeds") else { return };
    let desk = Desk::new();
    let mut pages: Vec<String> =
        std::fs::read_dir(seeds).unwrap().map(|e| e.unwrap().path().to_str().unwrap().to_owned()).collect();
    pages.sort();
    let arguments: Vec<&str> =
        ["import", "-o", "out"].into_iter().chain(pages.iter().map(String::as_str)).collect();
    desk.run_with(&arguments, b"").expect(0).says("without author");
    assert_eq!(table(&desk.read("out/articles.csv")).len(), 5);
    let scored = desk.run("score out/comments.csv --articles out/articles.csv").expect(0).table();
    assert_eq!(scored.len(), 6);
    for row in scored {
        assert!(!row["incivility_score"].is_empty() && !row["off_topic_score"].is_empty());
        assert_eq!(row["off_topic_flagged"], "0", "under its own article");
    }
}

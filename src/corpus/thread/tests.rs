//! Whole pages. The invented ones are compared with their exact output.

use std::path::Path;

use proptest::prelude::*;

use super::*;

fn page(text: &str) -> Page {
    read_page(text, "p", "p.txt").unwrap_or_default()
}

/// Everything that was read from a page, for comparison by eye.
fn shown(page: &Page) -> String {
    let notes: Vec<String> = page.notes.iter().map(Note::to_string).collect();
    format!("{:#?}\n{:#?}\n{}", page.article, page.comments, notes.join("\n"))
}

#[test]
fn a_magazine_page_with_cut_titles_and_a_lost_byline() {
    insta::assert_snapshot!(shown(&page(include_str!("../../../data/sample_page.txt"))));
}

#[test]
fn a_german_page_with_bylines_of_two_lines_under_a_list_of_teasers() {
    insta::assert_snapshot!(shown(&page(include_str!("../../../tests/fixtures/page_de_forum.txt"))));
}

#[test]
fn an_english_page_with_replies_and_relative_times() {
    insta::assert_snapshot!(shown(&page(include_str!("../../../tests/fixtures/page_en.txt"))));
}

/// Two paragraphs that are plainly an article's.
const BODY: &str = "Der neue Radweg am Fluss\n\n\
    Der Radweg am Fluss ist seit Montag offen, und schon am ersten Tag war er voll.\n\n\
    Die Stadt zählte am Nachmittag mehr als tausend Räder, doppelt so viele wie erwartet.\n\n";

fn findings(page: &Page) -> Vec<(u64, &Finding)> {
    page.notes.iter().map(|note| (note.first_line, &note.finding)).collect()
}

#[test]
fn a_page_without_comments_is_an_article() {
    let page = page(BODY);
    assert_eq!(page.article.title, "Der neue Radweg am Fluss");
    assert_eq!(page.article.text.split("\n\n").count(), 2);
    assert_eq!((page.comments.len(), page.notes.len()), (0, 0));
}

#[test]
fn a_sign_off_under_the_article_is_no_comment() {
    let page = page(&format!("{BODY}Ada Berg, 4. März 2025\n\nTeilen\n"));
    assert_eq!(page.comments, []);
    assert_eq!(
        (page.article.author.as_str(), page.article.published_at.as_str()),
        ("Ada Berg", "2025-03-04")
    );
}

#[test]
fn comments_with_unknown_bylines_are_reported_not_merged() {
    let page = page(&format!(
        "{BODY}Kommentare\n\n<<Ada>> meint dazu\n\nDer Weg ist viel zu schmal für so viele Räder.\n"
    ));
    assert_eq!(page.article.text.split("\n\n").count(), 2);
    assert_eq!(page.comments, []);
    assert!(findings(&page).contains(&(9, &Finding::UnknownBylines)));
}

#[test]
fn a_line_like_a_byline_is_reported() {
    let page = page(&format!(
        "{BODY}Kommentare\n\nAda Berg, 04.03.2025\n\nSchön.\n\n~~ Karl ~~ 04.03.2025 ~~\n\nNaja.\n"
    ));
    assert_eq!(page.comments.len(), 1);
    assert!(findings(&page).contains(&(13, &Finding::MaybeByline)));
}

#[test]
fn lower_case_alone_splits_no_comment() {
    // Where titles were not cut off, a paragraph in lower case is a habit.
    let thread = "Ada Berg | 04.03.2025 - 10:40\n\nDer Weg ist gut.\n\naber zu schmal.\n\n\
                  Karl Moor | 04.03.2025 - 11:40\n\nDas finde ich auch.\n";
    let page = page(&format!("{BODY}{thread}"));
    assert_eq!(page.comments.len(), 2);
    assert!(findings(&page).contains(&(11, &Finding::MaybeReply)));
    // Where they were, an author who begins every sentence so is still one author.
    let thread = "Ada Berg | 04.03.2025 - 10:40\n\nder Weg ist gut. er ist breit.\n\naber er ist laut.\n\n\
                  Karl Moor | 04.03.2025 - 11:40\n\nund voll.\n";
    let page = read_page(&format!("{BODY}{thread}"), "p", "p.txt").unwrap_or_default();
    assert_eq!(page.comments.len(), 2);
}

#[test]
fn teasers_with_section_and_date_are_no_thread() {
    let teasers = "Sport | 04.03.2025, 10:40\n\nRinger steigen auf...\n\nKultur | 04.03.2025, 11:40\n\nKino öffnet wieder...\n";
    assert_eq!(page(&format!("{BODY}{teasers}")).comments, []);
}

#[test]
fn a_page_with_nothing_on_it_is_an_error() {
    for text in ["", "\n\n", "Anzeige\n\nTeilen\n"] {
        assert!(read_page(text, "p", "p.txt").is_err(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "(?s).{0,300}", tail in "[a-zäÄ0-9 .,:|•\n-]{0,200}") {
        for text in [text.clone() + &tail, BODY.to_owned() + &text, format!("{BODY}Kommentare\n\n{tail}")] {
            if let Ok(page) = read_page(&text, "p", "p.txt") {
                prop_assert!(page.notes.iter().all(|note| note.first_line <= note.last_line));
            }
        }
    }

    #[test]
    fn every_line_of_an_article_is_in_it_or_in_a_note(lines in prop::collection::vec("[A-Za-zÄß0-9 .:?€/|()-]{1,60}", 1..12)) {
        let text = BODY.to_owned() + &lines.join("\n\n");
        let page = page(&text);
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (number, line) = (number as u64 + 1, line.trim());
            let noted = page.notes.iter().any(|note| (note.first_line..=note.last_line).contains(&number));
            let kept = [&page.article.title, &page.article.lead].iter().any(|part| part.as_str() == unbulleted(line))
                || page.article.text.split("\n\n").chain(page.comments.iter().flat_map(|c| c.text.lines())).any(|part| part == line);
            let signed = page.comments.iter().any(|c| line.contains(&c.author));
            prop_assert!(noted || kept || signed, "line {number}");
        }
    }
}

fn unbulleted(line: &str) -> &str {
    line.trim_start_matches(['-', ' '])
}

/// What is expected of a seed: start of its file name, hash of title and author, date,
/// paragraphs of the body, comments.
type Seed = (&'static str, &'static str, &'static str, usize, usize);

const SEEDS: &[Seed] = &[
    ("000", "8707b4884692", "2023-09-11T11:26", 8, 0),
    ("001", "5f29a40ea2be", "2023-09-11T22:38", 6, 0),
    ("002", "d5afc6adbdf9", "", 6, 0),
    ("003", "a2b6bd5f1809", "2023-09-05", 5, 0),
    ("004", "fbb9045208df", "", 2, 6),
];

#[test]
#[expect(clippy::disallowed_methods, reason = "these pages may not be copied into the repository")]
fn real_pages_give_their_articles_and_comments() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seeds");
    let Ok(entries) = std::fs::read_dir(&seeds) else {
        return eprintln!("skipped: {} is not there", seeds.display());
    };
    let paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    for (start, hash, date, paragraphs, comments) in SEEDS {
        let named = |path: &&std::path::PathBuf| {
            path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(start))
        };
        let bytes = paths.iter().find(named).and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
        let page = page(&decode(&bytes).unwrap_or_default());
        let article = &page.article;
        let named = format!("{}|{}", article.title, article.author);
        assert_eq!(&blake3::hash(named.as_bytes()).to_hex()[..12], *hash, "{start}");
        assert_eq!(article.published_at, *date, "{start}");
        assert_eq!(
            (article.text.split("\n\n").count(), page.comments.len()),
            (*paragraphs, *comments),
            "{start}"
        );
        assert_eq!(article.lead.is_empty(), *start == "003", "{start}");
        for gone in [
            "Foto:",
            "Lesezeit",
            "Anzeige",
            "Advertisement",
            "Drucken",
            "licensed",
            "Browser",
            "Abo",
            "[premium]",
        ] {
            assert!(!article.text.contains(gone), "{start}: {gone}");
        }
        assert!(page.notes.iter().all(|n| n.finding != Finding::Unplaced), "{start}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this page may not be copied into the repository")]
fn the_real_thread_keeps_authors_times_and_the_lost_reply() {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seeds/004_acb1fb758eb238e4.txt");
    let Ok(bytes) = std::fs::read(&seed) else {
        return eprintln!("skipped: {} is not there", seed.display());
    };
    let page = page(&decode(&bytes).unwrap_or_default());
    let times: Vec<&str> =
        page.comments.iter().map(|c| c.created_at.trim_start_matches("2023-09-07T")).collect();
    assert_eq!(times, ["10:40", "12:24", "13:12", "15:21", "", "15:47"]);
    let signed: Vec<bool> = page.comments.iter().map(|c| !c.author.is_empty()).collect();
    assert_eq!(signed, [true, true, true, true, false, true]);
    let parents: Vec<&str> = page.comments.iter().map(|c| c.parent_id.as_str()).collect();
    assert_eq!(parents, ["", "", "", "", "p-4", ""]);
    let lines: Vec<usize> =
        page.comments.iter().map(|c| c.text.lines().filter(|l| !l.is_empty()).count()).collect();
    assert_eq!(lines, [4, 1, 5, 1, 1, 1]);
    let lost = Finding::LostByline { comment: "p-5".to_owned(), parent: "p-4".to_owned() };
    assert!(page.notes.iter().any(|note| note.first_line == 58 && note.finding == lost));
}

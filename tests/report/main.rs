//! `evaluate --report`: what the page holds, and how a browser shows it.
#![allow(clippy::disallowed_methods, reason = "tests write what the program reads")]

mod browser;

use std::path::{Path, PathBuf};

use assert_cmd::Command;

fn netiquette(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("netiquette").expect("the binary is built");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

/// The page of the samples that come with the project.
fn page(folder: &Path, arguments: &[&str]) -> String {
    let out = folder.join("page.html");
    let own = ["evaluate", "data/labelled.csv", "--articles", "data/articles.csv", "--resamples", "40"];
    netiquette(&own).args(["--report", out.to_str().unwrap()]).args(arguments).assert().success();
    std::fs::read_to_string(out).unwrap()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_page_has_every_part_in_both_languages() {
    let folder = folder();
    let parts = [
        ("de", ["Kennzahlen", "ROC-Kurve", "Verlässlichkeit", "Schwellen ausprobieren", "Arbeitsaufwand"]),
        ("en", ["Figures", "ROC curve", "Reliability", "Try thresholds", "Workload"]),
    ];
    for (lang, titles) in parts {
        let html = page(folder.path(), &["--lang", lang]);
        assert!(html.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{lang}\">")));
        for title in titles {
            assert!(html.contains(title), "{lang}: {title}");
        }
        for slices in ["aut-a01", "101–200", "incivility", "off_topic"] {
            assert!(html.contains(slices), "{lang}: {slices}");
        }
        // Two labels of five charts, each named, described, and with its data.
        assert_eq!(html.matches("<svg ").count(), 10);
        assert_eq!(html.matches("<desc id=").count(), 10);
        assert!(html.matches("<details>").count() >= 10);
    }
}

#[test]
fn the_page_loads_nothing_and_is_the_same_every_time() {
    let folder = folder();
    let html = page(folder.path(), &[]);
    for outside in [" src=", "@import", "url(", "href=\"http", "fetch(", "<iframe"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("default-src 'none'"));
    assert_eq!(html, page(folder.path(), &["--threads", "1"]));
}

#[test]
fn the_words_can_be_left_out() {
    let folder = folder();
    let with = page(folder.path(), &[]);
    let without = page(folder.path(), &["--no-text"]);
    assert!(with.contains("<mark class=\"up\"") && with.contains("Koalition einigt sich"));
    assert!(!without.contains("<mark") && !without.contains("class=\"text\""));
    assert!(!without.contains("Koalition einigt sich"));
    assert!(without.contains("<article>"));
}

/// Rows whose every cell tries to be markup, half of them judged 1.
fn hostile() -> String {
    let evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}";
    let mut table = "id,article_id,article_title,author,created_at,text,incivility,<b>desk\n".to_owned();
    for i in 0..40 {
        let judged = i % 2;
        table.push_str(&format!(
            "<i>{i},<u>a,\"{evil}\",{evil},2025-01-01T10:00,Text {i} {evil} \"\"du Idiot\"\",{judged},\"</script>{evil}\"\n"
        ));
    }
    table
}

#[test]
fn nothing_of_the_input_becomes_markup() {
    let folder = folder();
    let table = written(folder.path(), "hostile.csv", &hostile());
    let out = folder.path().join("out.html");
    netiquette(&["evaluate", table.to_str().unwrap(), "--labels", "incivility", "--resamples", "20"])
        .args(["--slice", "<b>desk", "--report", out.to_str().unwrap()])
        .assert()
        .success();
    let html = std::fs::read_to_string(out).unwrap();
    for raw in ["<script>alert", "<img", "<i>1", "<u>a", "<b>desk", "</script>&", "\u{202e}"] {
        assert!(!html.contains(raw), "{raw}");
    }
    assert_eq!(html.matches("<script>").count(), 1);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn a_column_that_is_not_there_is_an_error() {
    let folder = folder();
    let out = folder.path().join("out.html");
    let output = netiquette(&["evaluate", "data/labelled.csv", "--slice", "nowhere"])
        .args(["--report", out.to_str().unwrap()])
        .assert()
        .code(2);
    assert!(String::from_utf8_lossy(&output.get_output().stderr).contains("`nowhere`"));
    assert!(!out.exists());
}

#[test]
fn a_page_replaces_no_input() {
    let folder = folder();
    let table = written(folder.path(), "t.csv", &hostile());
    let table = table.to_str().unwrap();
    netiquette(&["evaluate", table, "--labels", "incivility", "--report", table]).assert().code(2);
    assert_eq!(std::fs::read_to_string(table).unwrap(), hostile());
}

#[test]
fn a_page_on_standard_output_is_all_there_is() {
    let output = netiquette(&["evaluate", "data/labelled.csv", "--resamples", "20", "--report", "-"])
        .assert()
        .success();
    let page = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
}

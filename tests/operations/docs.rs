//! docs/operations.md holds what the code does.

use std::fs;

use netiquette::corpus::Code;

use crate::util::Folder;

fn document(name: &str) -> String {
    fs::read_to_string(format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The first two cells of the rows of the table under a heading.
fn table(text: &str, heading: &str) -> Vec<(String, String)> {
    let section = text.split(&format!("## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    rows.skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            (cells[0].trim_matches('`').to_owned(), cells[1].to_owned())
        })
        .collect()
}

#[test]
fn every_reason_code_is_documented() {
    let documented: Vec<String> =
        table(&document("operations.md"), "Reason codes").into_iter().map(|(code, _)| code).collect();
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(documented, known);
}

#[test]
fn every_exit_code_is_documented_as_the_help_has_it() {
    let help = Folder::new().run(&["--help"], 0).out;
    let listed = help.split("Exit codes:\n").nth(1).unwrap();
    let listed: Vec<(String, String)> = listed
        .lines()
        .filter_map(|line| line.trim().split_once("  "))
        .map(|(code, meaning)| (code.to_owned(), meaning.to_owned()))
        .collect();
    assert_eq!(listed.len(), 4, "{help}");
    assert_eq!(table(&document("operations.md"), "Exit codes")[..4], listed);
}

/// The commands that the documents name are taken by the command line.
#[test]
fn commands_in_the_documents_are_valid() {
    let folder = Folder::new();
    let mut seen = 0;
    for name in ["operations.md", "netiquette.service"] {
        for line in document(name).replace("\\\n", " ").lines() {
            let Some((_, command)) = line.split_once("netiquette score ") else { continue };
            if !command.contains("-o ") {
                continue;
            }
            let words: Vec<String> =
                command.split_whitespace().take_while(|w| *w != "2>>").map(|w| w.replace('\'', "")).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            folder.run(&[&["config", "show", "score"], &words[..]].concat(), 0);
            seen += 1;
        }
    }
    assert!(seen >= 3, "{seen}");
}

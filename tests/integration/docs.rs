//! Every command in README and docs runs as written.

use std::process::Command;

use super::util::{Desk, repository};

/// `$ netiquette …` lines of the ```console blocks, with the exit code a
/// `# exit code N` comment announces.
fn commands(markdown: &str) -> Vec<(String, i32)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let (command, code) = match command.split_once("  # exit code ") {
                Some((command, code)) => (command, code.trim().parse().unwrap()),
                None => (command, 0),
            };
            found.push((command.to_owned(), code));
        }
    }
    found
}

#[test]
fn the_commands_of_the_documents_run() {
    let mut documents =
        vec![repository("README.md"), repository("models/README.md"), repository("data/README.md")];
    documents.extend(std::fs::read_dir(repository("docs")).into_iter().flatten().map(|e| e.unwrap().path()));
    documents.sort();
    let mut ran = 0;
    for document in documents.iter().filter(|d| d.extension().is_some_and(|e| e == "md")) {
        let desk = Desk::new();
        // Documents speak from the repository's root; nothing they write may land there.
        let copy =
            Command::new("cp").arg("-r").arg(repository("data")).arg(desk.path("data")).status().unwrap();
        assert!(copy.success());
        let folder = std::path::Path::new(env!("CARGO_BIN_EXE_netiquette")).parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        for (command, code) in commands(&std::fs::read_to_string(document).unwrap()) {
            let out = Command::new("sh")
                .args(["-c", &command])
                .current_dir(desk.path(""))
                .env("PATH", &path)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&out.stderr);
            assert_eq!(out.status.code(), Some(code), "{}: {command}\n{said}", document.display());
            ran += 1;
        }
    }
    assert!(ran >= 5, "the documents hold {ran} commands");
}

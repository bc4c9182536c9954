//! Completions and manual pages.

use crate::util::Folder;

#[test]
fn completions_know_the_options() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.run(&["completions", shell], 0).out;
        assert!(script.contains("spreadsheet-safe"), "{shell}");
    }
    folder.run(&["completions", "cmd.exe"], 2);
}

#[test]
fn manual_pages_are_of_the_program_or_a_command() {
    let folder = Folder::new();
    let page = folder.run(&["man"], 0).out;
    assert!(page.contains(".TH netiquette 1") && page.contains("Exit codes"), "{page}");
    let page = folder.run(&["man", "score"], 0).out;
    assert!(page.contains(".TH netiquette\\-score 1") || page.contains(".TH netiquette-score 1"), "{page}");
    assert!(page.contains("dry\\-run"), "{page}");
    folder.run(&["man", "absent"], 2);
}

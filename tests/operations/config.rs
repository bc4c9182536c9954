//! The file of options.

use crate::util::{Folder, TWO, column};

#[test]
fn the_file_sets_options_and_the_command_line_wins() {
    let folder = Folder::new();
    folder.put("a.csv", "id,Worte\n1,=1 gut\n");
    folder.put("c.toml", "[score]\ncolumn = [\"text=Worte\"]\nspreadsheet-safe = true\n");
    folder.run(&["score", "a.csv"], 2);
    let out = folder.run(&["score", "a.csv", "--config-file", "c.toml"], 0).out;
    assert_eq!(column(&out, "Worte"), ["'=1 gut"]);
    let out = folder.run(&["--config-file=c.toml", "score", "a.csv", "--spreadsheet-safe=false"], 0).out;
    assert_eq!(column(&out, "Worte"), ["=1 gut"]);
    let output = folder.command(&["score", "a.csv"]).env("NETIQUETTE_CONFIG", "c.toml").output().unwrap();
    assert_eq!(column(&crate::util::done(output, 0).out, "Worte"), ["'=1 gut"]);
}

#[test]
fn a_file_that_nobody_named_is_not_read() {
    let folder = Folder::new();
    folder.put("netiquette.toml", "[score]\nmax-rejects = 0\n");
    folder.put("a.csv", "id,text\n1,gut\n2,\n3,gut\n");
    folder.run(&["score", "a.csv"], 3);
}

#[test]
fn what_is_wrong_in_the_file_is_said() {
    let folder = Folder::new();
    folder.put("a.csv", TWO);
    let cases = [
        ("[score]\nmodell = \"m\"", "there is no option `modell`"),
        ("[score]\nmax-rejects = \"viele\"", "viele"),
        ("[score", "c.toml"),
    ];
    for (text, what) in cases {
        folder.put("c.toml", text);
        let done = folder.run(&["score", "a.csv", "--config-file", "c.toml"], 2);
        assert!(done.err.contains(what), "{}", done.err);
    }
    assert!(folder.run(&["score", "--config-file", "absent.toml"], 2).err.contains("absent.toml"));
}

#[test]
fn show_says_what_is_in_force_and_from_where() {
    let folder = Folder::new();
    folder.put("c.toml", "quiet = true\n[score]\nmax-rejects = \"5%\"\n");
    let shown = folder.run(&["--config-file", "c.toml", "config", "show"], 0).out;
    for line in [
        "quiet = true  # c.toml",
        "[score]",
        "max-rejects = \"5%\"  # c.toml",
        "html = false  # default",
        "# model is not set",
        "[train]",
    ] {
        assert!(shown.lines().any(|l| l == line), "{line}: {shown}");
    }
    let line = ["--config-file", "c.toml", "config", "show", "score", "--html", "a.csv"];
    let shown = folder.run(&line, 0).out;
    for line in [
        "html = true  # command line",
        "max-rejects = \"5%\"  # c.toml",
        "comments = [\"a.csv\"]  # command line",
    ] {
        assert!(shown.lines().any(|l| l == line), "{line}: {shown}");
    }
    assert!(!shown.contains("[train]"));
}

/// What `show` prints is a file that sets the same.
#[test]
fn what_is_shown_can_be_read() {
    let folder = Folder::new();
    let shown = folder.run(&["config", "show"], 0).out;
    folder.put("c.toml", &shown);
    folder.put("a.csv", TWO);
    let with = folder.run(&["score", "a.csv", "--config-file", "c.toml"], 0).out;
    assert_eq!(with, folder.run(&["score", "a.csv"], 0).out);
}

//! `--spreadsheet-safe`, and what a terminal sees.

use crate::util::{Folder, column};

const FORMULAS: &str = "id,author,text\n1,=1+1,=HYPERLINK(1)\n2,@SUM,+49 30\n3,-x,\t=1\n";

#[test]
fn no_cell_of_the_output_begins_a_formula() {
    let folder = Folder::new();
    folder.put("a.csv", FORMULAS);
    let out = folder.run(&["score", "a.csv", "--spreadsheet-safe"], 0).out;
    assert_eq!(column(&out, "author"), ["'=1+1", "'@SUM", "'-x"]);
    assert_eq!(column(&out, "text"), ["'=HYPERLINK(1)", "'+49 30", "'\t=1"]);
    let plain = folder.run(&["score", "a.csv"], 0).out;
    assert_eq!(column(&plain, "author"), ["=1+1", "@SUM", "-x"], "only on request");
}

#[test]
fn scores_do_not_depend_on_it() {
    let folder = Folder::new();
    folder.put("a.csv", FORMULAS);
    let scores = |extra: &[&str]| {
        let out = folder.run(&[&["score", "a.csv"], extra].concat(), 0).out;
        column(&out, "incivility_score")
    };
    assert_eq!(scores(&[]), scores(&["--spreadsheet-safe"]));
}

#[test]
fn rejects_are_safe_as_well() {
    let folder = Folder::new();
    folder.put("a.csv", "id,text\n1,gut\n2,besser\n=1,zu,viel\n");
    folder.run(&["score", "a.csv", "--spreadsheet-safe", "--rejects", "r.csv", "-o", "o.csv"], 3);
    assert_eq!(column(&folder.get("r.csv"), "raw"), ["'=1,zu,viel"]);
}

/// Names out of files and off the command line reach standard error escaped.
#[cfg(unix)]
#[test]
fn a_terminal_sees_no_control_character() {
    let folder = Folder::new();
    folder.put("\u{1b}[2J\u{202e}.csv", "id,\u{1b}]0;x\u{7}\n1,a\n");
    let cases: [&[&str]; 4] = [
        &["score", "\u{1b}[2J\u{202e}.csv"],
        &["score", "absent\u{9b}31m\n.csv"],
        &["score", "--\u{1b}[2J"],
        &["score", "--max-rejects", "\u{202e}\u{7}"],
    ];
    for line in cases {
        let err = folder.run(line, 2).err;
        let bad = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!err.contains(bad), "{err:?}");
    }
}

/// Comments that are shown, not stored: `script` plays the terminal.
#[cfg(target_os = "linux")]
#[test]
fn comments_give_a_terminal_no_orders() {
    let folder = Folder::new();
    folder.put("a.csv", "id,text\n1,Rot \u{1b}[31m und \u{202e}rueckwaerts\n");
    let program = env!("CARGO_BIN_EXE_netiquette");
    let played = std::process::Command::new("script")
        .args(["-qec", &format!("'{program}' score a.csv -q"), "/dev/null"])
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .output();
    let Ok(played) = played else { return eprintln!("skipped: there is no `script`") };
    let shown = String::from_utf8(played.stdout).unwrap();
    assert!(shown.contains("Rot \\u{1b}[31m und \\u{202e}rueckwaerts"), "{shown:?}");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
    assert!(folder.run(&["score", "a.csv", "-q"], 0).out.contains("\u{1b}[31m"), "a pipe gets the bytes");
}

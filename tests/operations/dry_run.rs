//! `--dry-run`.

use crate::util::Folder;

#[test]
fn it_says_what_would_happen_and_writes_nothing() {
    let folder = Folder::new();
    folder.put("a.csv", "id,text\n1,Gut so\n2,\n3,Danke\n");
    folder.put("out.csv", "old");
    let line = ["score", "a.csv", "-o", "out.csv", "--rejects", "r.csv", "--summary", "s.json", "--dry-run"];
    let done = folder.run(&line, 3);
    for what in [
        "3 rows read, 2 would be scored, 1 rejected",
        "1 rows would be rejected: empty_text",
        "out.csv` would be replaced (scores)",
        "r.csv` would be made (rejects)",
        "s.json` would be made (summary)",
    ] {
        assert!(done.err.contains(what), "{what}: {}", done.err);
    }
    assert_eq!((done.out.as_str(), folder.get("out.csv").as_str()), ("", "old"));
    assert_eq!(folder.names(), ["a.csv", "out.csv"]);
}

#[test]
fn it_finds_what_the_job_would_find() {
    let folder = Folder::new();
    folder.put("a.csv", "id,text\n1,\n2,\n3,Danke\n");
    folder.put("b.csv", "id,text\n3,Danke\n");
    let cases: [(&[&str], &str); 3] = [
        (&["a.csv", "-o", "out.csv"], "--max-rejects allows"),
        (&["b.csv", "-o", "absent/out.csv"], "its folder does not exist"),
        (&["b.csv", "--articles", "absent.csv"], "absent.csv"),
    ];
    for (line, what) in cases {
        let done = folder.run(&[&["score", "--dry-run"], line].concat(), 2);
        assert!(done.err.contains(what), "{}", done.err);
    }
}

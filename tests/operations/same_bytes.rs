//! The same input gives the same bytes, whatever surrounds the job.

use std::fs;

use crate::util::{Folder, done};

/// Thirty comments of two threads, with a reject, written in mixed order.
fn table() -> String {
    let row =
        |i: usize| format!("{i},a{},{},\"Kommentar {i}, über die Linie {}\"\n", i % 2, i / 2, i * 7 % 13);
    format!("id,article_id,parent_id,text\n{}31,a1,,\n", (1..=30).map(row).collect::<String>())
}

#[test]
fn over_locale_time_zone_threads_folder_and_environment() {
    let folder = Folder::new();
    folder.put("a.csv", table());
    let line = ["score", "a.csv", "-o", "out.csv", "--rejects", "r.csv", "--summary", "s.json"];
    let files = ["out.csv", "r.csv", "s.json"];
    folder.run(&line, 3);
    let expected: Vec<_> = files.iter().map(|name| folder.get(name)).collect();
    let check = |what: &str, folder: &Folder, variables: &[(&str, &str)], clear: bool, extra: &[&str]| {
        files.iter().for_each(|name| drop(fs::remove_file(folder.at(name))));
        let mut command = folder.command(&[&line, extra].concat());
        if clear {
            command.env_clear();
        }
        done(command.envs(variables.iter().copied()).output().unwrap(), 3);
        for (name, expected) in files.iter().zip(&expected) {
            assert_eq!(&folder.get(name), expected, "{what}: {name}");
        }
    };
    check("locale", &folder, &[("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8")], false, &[]);
    check("C locale", &folder, &[("LC_ALL", "C")], false, &[]);
    check("time zone", &folder, &[("TZ", "Pacific/Kiritimati")], false, &[]);
    check("one thread", &folder, &[], false, &["--threads", "1"]);
    check("three threads", &folder, &[("RAYON_NUM_THREADS", "3")], false, &[]);
    check("terminal", &folder, &[("COLUMNS", "20"), ("NO_COLOR", "1"), ("TERM", "dumb")], false, &[]);
    check("empty environment", &folder, &[], true, &[]);
    let other = Folder::new();
    other.put("a.csv", table());
    check("folder", &other, &[], false, &[]);
}

//! An audit in words.

use std::fmt::Write as _;

use netiquette::audit::{
    Agreement, Audit, Class, Duplicates, Leak, LeakVerdict, Place, SMALL, Suspects, Texts, Through,
};

use super::table::{counted, figure, plain};

/// Places named in words; JSON and worklist have all.
const NAMED: usize = 5;

/// All findings, each with what it costs.
pub fn as_text(found: &Audit) -> String {
    let mut out = format!("{}\n\n", counted(found.rows, "row"));
    out.push_str(&classes(&found.classes));
    out.push_str(&duplicates(&found.duplicates));
    out.push_str(&leaks(&found.leaks));
    out.push_str(&texts(&found.texts));
    out.push_str("Suspicious labels\n");
    found.suspects.iter().for_each(|s| out.push_str(&suspects(s)));
    found.not_checked.iter().for_each(|reason| line(&mut out, &format!("not checked: {reason}")));
    out.push('\n');
    if let Some(found) = &found.agreement {
        out.push_str(&agreement(found));
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  {text}");
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// The first few, as `table:line (id)`.
fn named<'a>(places: impl Iterator<Item = &'a Place>) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut more = 0;
    for place in places {
        match (shown.len() < NAMED, place.id.as_str()) {
            (false, _) => more += 1,
            (true, "") => shown.push(format!("{}:{}", place.table, place.line)),
            (true, id) => shown.push(format!("{}:{} ({id})", place.table, place.line)),
        }
    }
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    netiquette::escape::terminal(&(shown.join(", ") + &more)).into_owned()
}

fn classes(classes: &[Class]) -> String {
    let mut out = "Classes\n".to_owned();
    for c in classes {
        let counts = format!(
            "{}: {} judged 1, {} judged 0, {} not judged",
            c.label, c.positives, c.negatives, c.blank
        );
        line(&mut out, &counts);
        if !c.trainable {
            line(&mut out, "  too small to train on");
        } else if c.small {
            line(&mut out, &format!("  small: under {SMALL} of a class, figures are mostly chance"));
        }
        if let Some(off) = c.recall_uncertainty {
            line(&mut out, &format!("  a recall of 70 % measured on them can be off by {}", percent(off)));
        }
    }
    out + "\n"
}

fn duplicates(d: &Duplicates) -> String {
    let mut out = "Duplicates\n".to_owned();
    let summary = format!(
        "more than once: {}; labelled again: {}, {} of them the same text, the others nearly",
        counted(d.clusters, "text"),
        counted(d.extra, "row"),
        d.extra_exact
    );
    line(&mut out, &summary);
    if d.apart > 0 {
        let cost = "a cross-validation by article trains on the twin of what it tests";
        line(&mut out, &format!("with a twin under another article: {}: {cost}", counted(d.apart, "row")));
    }
    let wrong: usize = d.conflicts.iter().map(|c| c.ones.len().min(c.zeros.len())).sum();
    if wrong > 0 {
        let count = d.conflicts.len();
        line(
            &mut out,
            &format!(
                "judged both ways: {}; at least {} wrong",
                counted(count, "text"),
                counted(wrong, "judgement")
            ),
        );
        for c in d.conflicts.iter().take(NAMED) {
            let kind = if c.exact { "same text" } else { "nearly the same" };
            let (ones, zeros) = (named(c.ones.iter()), named(c.zeros.iter()));
            line(&mut out, &format!("  {}, {kind}: 1 in {ones}; 0 in {zeros}", c.label));
        }
    }
    for a in &d.across {
        let share = percent(a.share);
        let text = format!(
            "{} of {} rows ({share}) stand in {} as well, {} exactly",
            a.test, a.rows, a.train, a.exact
        );
        line(&mut out, &netiquette::escape::terminal(&text));
        line(&mut out, &format!("  {share} of a test on it are questions whose answers were learned"));
    }
    out + "\n"
}

fn leaks(leaks: &[Leak]) -> String {
    let mut out = "Labels that can be told without reading\n".to_owned();
    let telling: Vec<&Leak> = leaks.iter().filter(|l| l.verdict != LeakVerdict::None).collect();
    if telling.is_empty() {
        line(&mut out, "none: id, author and date tell next to nothing");
    }
    for leak in telling {
        let through = match leak.through {
            Through::IdPattern => "pattern of the id",
            Through::IdOrder => "order of the ids",
            Through::Author => "author",
            Through::DateOrder => "order of the dates",
        };
        let verdict = match leak.verdict {
            LeakVerdict::Leak => "a leak: figures on these rows say little about others",
            _ => "a hint, as regular authors and heated threads give",
        };
        let auc = leak.roc_auc;
        let told = format!("ROC-AUC {:.2} ({:.2} to {:.2})", auc.value, auc.low, auc.high);
        line(&mut out, &format!("{} by the {through}: {told}, {verdict}", leak.label));
    }
    out + "\n"
}

fn texts(t: &Texts) -> String {
    let mut out = "Texts\n".to_owned();
    let language = t.language.unwrap_or("unknown, for no text is long enough");
    line(&mut out, &format!("main language: {language}"));
    for (what, places) in [("read in the wrong encoding", &t.mojibake), ("with lost characters", &t.lost)] {
        if !places.is_empty() {
            line(&mut out, &format!("{} {what}: {}", places.len(), named(places.iter())));
        }
    }
    if !t.foreign.is_empty() {
        let places = named(t.foreign.iter().map(|f| &f.place));
        line(&mut out, &format!("{} in another language: {places}", t.foreign.len()));
    }
    for c in &t.costs {
        let (wrong, elsewhere) = (percent(c.wrong_share), percent(c.wrong_share_elsewhere));
        let text = format!(
            "{}: {wrong} of the {} such rows are decided wrongly, {elsewhere} of all others",
            c.label, c.rows
        );
        line(&mut out, &text);
    }
    out + "\n"
}

fn suspects(s: &Suspects) -> String {
    let mut out = String::new();
    let count = s.rows.len();
    let text = format!(
        "{}: {count} of {} judgements contradict all others: {} problems overlooked, {} judged too hard",
        s.label, s.n, s.overlooked, s.too_hard
    );
    line(&mut out, &text);
    if count > 0 {
        let share = s.loss_share.map_or("undefined".to_owned(), percent);
        let cost = format!(
            "  {share} of the loss; average precision {} with them, {} without; F1 {} and {}: at most, \
             for right judgements of hard comments are among them",
            figure(s.average_precision),
            figure(s.average_precision_without),
            figure(s.f1),
            figure(s.f1_without)
        );
        line(&mut out, &cost);
        line(&mut out, &format!("  {}", named(s.rows.iter().map(|row| &row.place))));
    }
    out
}

fn agreement(a: &Agreement) -> String {
    let mut out = "Agreement\n".to_owned();
    let alpha =
        a.alpha.map_or("undefined".to_owned(), |e| format!("{:.3} ({:.3} to {:.3})", e.value, e.low, e.high));
    line(
        &mut out,
        &format!("judged by two or more: {}, {} of them differently", counted(a.rows, "row"), a.disputed),
    );
    line(&mut out, &format!("Krippendorff's alpha {alpha}: 1 is perfect, 0 is chance"));
    let ceiling = format!(
        "an annotator reaches F1 {} against the others: no figure above means anything",
        figure(a.ceiling_f1)
    );
    line(&mut out, &ceiling);
    let rows = a.annotators.iter().map(|one| {
        vec![
            format!("  {}", netiquette::escape::terminal(&one.name)),
            one.rows.to_string(),
            figure((one.rows > 0).then(|| one.positives as f64 / one.rows as f64)),
            figure(one.with_majority.map(|e| e.value)),
            figure(one.f1),
            figure(one.alpha_without),
        ]
    });
    let header = ["  annotator", "rows", "share of 1", "with majority", "F1", "alpha without"];
    let _ = writeln!(out, "{}\n", plain(&header, rows));
    out
}

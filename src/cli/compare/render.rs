//! The comparison in words and as JSON.

use netiquette::compare::{Agreement, Comparison, Verdict};
use netiquette::escape::terminal;
use netiquette::model::file::ModelId;
use serde_json::{Value, json};

use super::{CompareArgs, ListedFlip, Report};
use crate::cli::rows::Rows;
use crate::cli::table::{caution, figure, plain};

/// Parts and words shown per flip.
const TIPPED: usize = 3;
/// Fewest rows a slice is shown for.
const FEWEST: usize = 20;
/// Slices shown to people per column; JSON has all.
const SLICES: usize = 10;

pub fn heading(old: &ModelId, new: &ModelId) -> String {
    format!("old: model {old}\nnew: model {new}\n")
}

pub fn as_text(report: &Report, rows: &Rows, args: &CompareArgs) -> String {
    let mut out = format!("\n{}\n", report.label);
    match &report.comparison {
        None => out.push_str("  no judged rows: no figures and no verdict\n"),
        Some(comparison) => out.push_str(&comparison_as_text(comparison, &args.by)),
    }
    out.push_str(&agreement_as_text(&report.all, &report.slices));
    for (flagged, what) in [(true, "newly flagged"), (false, "newly free")] {
        let listed: Vec<&ListedFlip> = report.flips.iter().filter(|f| f.flagged == flagged).collect();
        let all = if flagged { report.all.newly_flagged } else { report.all.newly_free };
        if all > 0 {
            out.push_str(&format!("  {what}: {all}, {} of them here\n", listed.len()));
            listed.iter().for_each(|f| out.push_str(&flip_as_text(f, rows, args.text)));
        }
    }
    out
}

fn comparison_as_text(c: &Comparison, by: &str) -> String {
    let mut out = format!("  {} judged rows, {} of them 1\n", c.rows, c.positives);
    let caution = caution(c.positives, c.rows);
    if !caution.is_empty() {
        out.push_str(&format!("  {caution}"));
    }
    let rows = c.figures.iter().map(|f| {
        let interval = f.gain.map_or("undefined".to_owned(), |g| {
            format!("{:+.3} ({:+.3} to {:+.3})", g.difference.value, g.difference.low, g.difference.high)
        });
        vec![format!("  {}", f.name), figure(f.old), figure(f.new), interval]
    });
    out.push_str(&plain(&["  figure", "old", "new", "new − old, 95 % interval"], rows).to_string());
    let [old, new] = c.only_right;
    out.push_str(&format!(
        "\n  right where the other is wrong: old {old}, new {new}; by chance with p = {:.3} (McNemar, mid-p)\n  \
         verdict by {by}: {}\n",
        c.mcnemar.mid_p,
        c.verdict.in_words()
    ));
    out
}

fn agreement_as_text(all: &Agreement, slices: &[(String, Vec<Agreement>)]) -> String {
    let line = |a: &Agreement| {
        format!(
            "{} of {} rows decided alike (kappa {}), {} newly flagged, {} newly free\n",
            a.alike,
            a.rows,
            figure(a.kappa),
            a.newly_flagged,
            a.newly_free
        )
    };
    let mut out = format!("  {}", line(all));
    for (column, slices) in slices {
        let shown: Vec<&Agreement> = slices.iter().filter(|s| s.rows >= FEWEST).collect();
        out.push_str(&format!(
            "  by {column}, the least alike first ({} of {} values)\n",
            shown.len().min(SLICES),
            slices.len()
        ));
        shown
            .iter()
            .take(SLICES)
            .for_each(|s| out.push_str(&format!("    {}: {}", terminal(&s.slice), line(s))));
    }
    out
}

fn flip_as_text(listed: &ListedFlip, rows: &Rows, with_text: bool) -> String {
    let name = match listed.id.is_empty() {
        true => format!("row {}", listed.row),
        false => terminal(&listed.id).into_owned(),
    };
    let judged = listed.judged.map_or("", |yes| if yes { ", judged 1" } else { ", judged 0" });
    let parts: Vec<String> =
        listed.flip.tipped.iter().take(TIPPED).map(|(name, c)| format!("{name} {c:+.2}")).collect();
    let [old, new] = listed.scores;
    let mut out = format!("    {name}: {old:.4} → {new:.4}{judged}; tipped by {}\n", parts.join(", "));
    if with_text {
        let words: Vec<String> =
            words(listed, rows).map(|(word, c)| format!("{} {c:+.2}", terminal(word))).collect();
        out.push_str(&format!("      words: {}\n", words.join(", ")));
    }
    out
}

/// The words that weigh most in the direction of the flip.
fn words<'a>(listed: &'a ListedFlip, rows: &'a Rows) -> impl Iterator<Item = (&'a str, f64)> {
    let text = rows.batch.comments()[listed.row - 1].text.as_str();
    let shown = listed.flip.words.iter().take(TIPPED);
    shown.filter_map(move |([from, to], change)| Some((text.get(*from..*to)?, *change)))
}

pub fn as_json(report: &Report, rows: &Rows, with_text: bool) -> Value {
    let flip = |f: &ListedFlip| {
        let mut flip = json!({ "id": f.id, "row": f.row, "old": f.scores[0], "new": f.scores[1],
            "newly": if f.flagged { "flagged" } else { "free" }, "judged": f.judged,
            "margins": f.flip.margins, "tipped": f.flip.tipped.iter().take(TIPPED).collect::<Vec<_>>() });
        if with_text {
            flip["words"] = json!(words(f, rows).collect::<Vec<_>>());
        }
        flip
    };
    json!({
        "label": report.label,
        "comparison": report.comparison,
        "in_words": report.comparison.as_ref().map(|c| Verdict::in_words(c.verdict)),
        "agreement": report.all,
        "slices": report.slices.iter().map(|(column, s)| json!({ "column": column, "values": s })).collect::<Vec<_>>(),
        "flips": report.flips.iter().map(flip).collect::<Vec<_>>(),
    })
}

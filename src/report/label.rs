//! One label: figures, decisions, curves, thresholds.

use serde_json::json;

use super::markup::{escape, folded, paragraph, table};
use super::words::{Lang, called, fill};
use super::{Report, charts, mistakes, slices};
use crate::evaluate::{Cut, Detail};
use crate::metrics::{Estimate, FEW, too_few};

/// Everything of one label; `i` makes its anchors unique.
pub fn section(report: &Report<'_>, detail: &Detail, i: usize, lang: Lang) -> String {
    let (words, e) = (lang.words(), &detail.evaluation);
    let id = format!("l{i}");
    let counts = [e.n, e.positives, e.blank].map(|n| n.to_string());
    let threshold = e.threshold.map_or(words.undefined.to_owned(), |t| lang.number(t, 4));
    let summary = fill(words.summary, &[&counts[0], &counts[1], &counts[2], &threshold]);
    let mut out = format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">");
    out.push_str(&escape(called(words.labels, &e.label)));
    out.push_str("</h2>\n");
    out.push_str(&paragraph(&summary));
    if e.n == 0 {
        out.push_str(&paragraph(words.no_rows));
    } else {
        if let Some(rarer) = too_few(e.positives, e.n) {
            out.push_str(&paragraph(&fill(words.few_rows, &[&rarer.to_string(), &FEW.to_string()])));
        }
        out.push_str(&figures(detail, lang));
        out.push_str(&confusion(detail, lang));
        out.push_str(&charts::section(detail, &id, lang));
        out.push_str(&explorer(detail, &id, lang));
        out.push_str(&slices::section(report, detail, &id, lang));
        out.push_str(&mistakes::section(report, detail, &id, lang));
    }
    out.push_str("</section>\n");
    out
}

/// A number, or that there is none.
pub fn figure(value: Option<f64>, lang: Lang) -> String {
    value.map_or(lang.words().undefined.to_owned(), |v| lang.number(v, 3))
}

/// A share with its interval, in percent.
pub fn share(estimate: Option<Estimate>, lang: Lang) -> String {
    estimate.map_or(lang.words().undefined.to_owned(), |e| {
        format!(
            "{} ({}–{})",
            lang.percent(e.value, 1),
            lang.number(100.0 * e.low, 1),
            lang.number(100.0 * e.high, 1)
        )
    })
}

fn figures(detail: &Detail, lang: Lang) -> String {
    let words = lang.words();
    let row = |f: &crate::evaluate::Figure| {
        let interval = match (f.low, f.high) {
            (Some(low), Some(high)) => {
                format!("{} {} {}", lang.number(low, 3), words.to, lang.number(high, 3))
            }
            _ => words.undefined.to_owned(),
        };
        let name = called(words.figure_names, f.name).to_owned();
        vec![name, figure(f.value, lang), interval, figure(f.all_positive, lang)]
    };
    let rows: Vec<Vec<String>> = detail.evaluation.figures.iter().map(row).collect();
    let header = [words.figure, words.value, words.interval, words.baseline];
    format!(
        "<h3>{}</h3>\n{}{}",
        escape(words.figures),
        paragraph(words.figures_note),
        table(words.figures, &header, &rows)
    )
}

fn confusion(detail: &Detail, lang: Lang) -> String {
    let (words, c) = (lang.words(), &detail.evaluation.confusion);
    let row = |name: &str, flagged: f64, not: f64| {
        let cells = [flagged, not, flagged + not].map(|n| lang.number(n, 0));
        [vec![name.to_owned()], cells.to_vec()].concat()
    };
    let rows = [
        row(words.judged_problem, c.tp, c.fn_),
        row(words.judged_fine, c.fp, c.tn),
        row(words.sum, c.flagged(), c.fn_ + c.tn),
    ];
    let header = ["", words.flagged, words.not_flagged, words.sum];
    format!(
        "<h3>{}</h3>\n{}{}",
        escape(words.confusion),
        paragraph(words.confusion_note),
        table(words.confusion, &header, &rows)
    )
}

/// The explorer: a slider for those with a script, a table for everybody.
fn explorer(detail: &Detail, id: &str, lang: Lang) -> String {
    let words = lang.words();
    let header = [
        words.cut,
        words.precision,
        words.recall,
        words.flagged_share,
        words.caught,
        words.missed,
        words.false_flags,
    ];
    let all: Vec<Vec<String>> = detail.cuts.iter().map(|cut| cells(cut, 2, lang)).collect();
    let nearest = |threshold: f64| (threshold * (all.len() - 1) as f64).round() as usize;
    let mut rows: Vec<Vec<String>> = all.iter().step_by(5).cloned().collect();
    let mut in_force = cells(&detail.in_force, 4, lang);
    in_force[0] = format!("{} ({})", in_force[0], words.in_force);
    rows.push(in_force);
    let name = escape(words.cut);
    let outputs: String = header
        .iter()
        .map(|h| format!("<div><dt>{}</dt><dd><output></output></dd></div>", escape(h)))
        .collect();
    let slider = format!(
        "<div class=\"explorer\" hidden data-cuts=\"{}\"><label for=\"{id}-cut\">{name}</label>\
         <input id=\"{id}-cut\" type=\"range\" min=\"0\" max=\"{}\" value=\"{}\"><dl>{outputs}</dl></div>\n",
        escape(&json!(all).to_string()),
        all.len() - 1,
        nearest(detail.in_force.cut),
    );
    format!(
        "<h3 id=\"{id}-explorer\">{}</h3>\n{}{slider}{}",
        escape(words.explorer),
        paragraph(words.explorer_note),
        table(words.explorer, &header, &rows)
    )
}

fn cells(cut: &Cut, decimals: usize, lang: Lang) -> Vec<String> {
    let c = &cut.confusion;
    vec![
        lang.number(cut.cut, decimals),
        share(cut.precision, lang),
        share(cut.recall, lang),
        cut.flagged_share.map_or(lang.words().undefined.to_owned(), |s| lang.percent(s, 1)),
        lang.number(c.tp, 0),
        lang.number(c.fn_, 0),
        lang.number(c.fp, 0),
    ]
}

/// A chart with its data folded away below.
pub fn with_data(drawing: &str, caption: &str, header: &[&str], rows: &[Vec<String>], lang: Lang) -> String {
    format!("<div>\n{drawing}{}</div>\n", folded(lang.words().as_table, &table(caption, header, rows)))
}

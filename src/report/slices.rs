//! Parts of the rows: the worst ones named, then all, then how well they are calibrated.

use super::Report;
use super::label::{figure, share};
use super::markup::{escape, folded, paragraph, table};
use super::words::{Lang, fill};
use crate::evaluate::{Detail, Dimension, Slice, Slicing, Value};

/// Characters of an article's title that are shown.
const TITLE: usize = 60;

/// The slices of a label.
pub fn section(report: &Report<'_>, detail: &Detail, id: &str, lang: Lang) -> String {
    let words = lang.words();
    let mut out = format!("<h3 id=\"{id}-slices\">{}</h3>\n", escape(words.slices));
    out.push_str(&paragraph(words.slices_note));
    out.push_str(&worst(report, detail, lang));
    for slicing in &detail.slicings {
        out.push_str(&figures(report, slicing, lang));
    }
    out.push_str(&format!("<h3>{}</h3>\n", escape(words.calibration)));
    out.push_str(&paragraph(words.calibration_note));
    for slicing in &detail.slicings {
        out.push_str(&calibration(report, slicing, lang));
    }
    out
}

fn worst(report: &Report<'_>, detail: &Detail, lang: Lang) -> String {
    let words = lang.words();
    let mut out = format!("<h4>{}</h4>\n", escape(words.worst));
    if detail.worst.is_empty() {
        return out + &paragraph(words.worst_none);
    }
    out.push_str("<ul>\n");
    for worst in &detail.worst {
        let slice = &worst.slice;
        let f1 = slice.f1.map_or([0.0; 3], |f1| [f1.value, f1.low, f1.high]).map(|v| lang.number(v, 2));
        let (name, value) =
            (dimension(&worst.dimension, lang), value(report, &worst.dimension, &slice.value, lang));
        let line = fill(words.worst_line, &[&name, &value, &f1[0], &f1[1], &f1[2], &slice.n.to_string()]);
        let line = escape(&line);
        out.push_str(&match worst.clearly {
            true => format!("<li>{line} <span class=\"worst\">{}</span></li>\n", escape(words.worst_clearly)),
            false => format!("<li>{line} {}</li>\n", escape(words.worst_chance)),
        });
    }
    out + "</ul>\n"
}

fn figures(report: &Report<'_>, slicing: &Slicing, lang: Lang) -> String {
    let words = lang.words();
    let row = |s: &Slice| {
        let c = &s.confusion;
        let interval = |e: crate::metrics::Estimate| {
            format!("{} ({}–{})", lang.number(e.value, 2), lang.number(e.low, 2), lang.number(e.high, 2))
        };
        let percent = |v: Option<f64>| v.map_or(words.undefined.to_owned(), |v| lang.percent(v, 0));
        vec![
            value(report, &slicing.dimension, &s.value, lang),
            s.n.to_string(),
            s.positives.to_string(),
            s.f1.map_or(words.undefined.to_owned(), interval),
            percent(c.precision()),
            percent(c.recall()),
            figure(s.roc_auc, lang),
            lang.number(c.fp, 0),
            lang.number(c.fn_, 0),
        ]
    };
    let header = [
        words.slice,
        words.support,
        words.problems,
        "F1",
        words.precision,
        words.recall,
        "ROC-AUC",
        words.false_flags,
        words.missed,
    ];
    let rows: Vec<Vec<String>> = slicing.slices.iter().map(row).collect();
    let name = dimension(&slicing.dimension, lang);
    let more = match slicing.more {
        0 => String::new(),
        more => paragraph(&fill(words.more_slices, &[&more.to_string(), &slicing.more_rows.to_string()])),
    };
    format!("<h4>{}</h4>\n{}{more}", escape(&name), table(&name, &header, &rows))
}

fn calibration(report: &Report<'_>, slicing: &Slicing, lang: Lang) -> String {
    let words = lang.words();
    let row = |s: &Slice| {
        vec![
            value(report, &slicing.dimension, &s.value, lang),
            s.n.to_string(),
            s.mean_score.map_or(words.undefined.to_owned(), |v| lang.percent(v, 1)),
            share(s.prevalence, lang),
            s.calibrated.map_or(words.undefined, |fits| if fits { words.yes } else { words.no }).to_owned(),
            figure(s.calibration_error, lang),
        ]
    };
    let header = [
        words.slice,
        words.support,
        words.expected,
        words.share_of_problems,
        words.fits,
        words.calibration_error,
    ];
    let rows: Vec<Vec<String>> = slicing.slices.iter().map(row).collect();
    let name = dimension(&slicing.dimension, lang);
    folded(&name, &table(&name, &header, &rows))
}

fn dimension(dimension: &Dimension, lang: Lang) -> String {
    let words = lang.words();
    match dimension {
        Dimension::Length => words.dimension_length.to_owned(),
        Dimension::Hour => words.dimension_hour.to_owned(),
        Dimension::Author => words.dimension_author.to_owned(),
        Dimension::Article => words.dimension_article.to_owned(),
        Dimension::Column(name) => fill(words.dimension_column, &[name]),
    }
}

fn value(report: &Report<'_>, dimension: &Dimension, value: &Value, lang: Lang) -> String {
    let words = lang.words();
    match value {
        Value::Length(from, Some(to)) => format!("{from}–{to} {}", words.characters),
        Value::Length(from, None) => format!("{from} {} {}", words.characters, words.and_more),
        Value::Hour(hour) => format!("{hour:02} {}", words.hour),
        Value::Named => words.named.to_owned(),
        Value::Anonymous => words.anonymous.to_owned(),
        Value::Blank => words.blank.to_owned(),
        Value::Text(text) if *dimension == Dimension::Article => article(report, text),
        Value::Text(text) => text.clone(),
    }
}

fn article(report: &Report<'_>, id: &str) -> String {
    let title =
        report.corpus.articles.get(id).map(|a| a.title.trim()).filter(|t| !t.is_empty() && report.with_text);
    let Some(title) = title else { return id.to_owned() };
    let cut: String = title.chars().take(TITLE).collect();
    let dots = if cut.len() < title.len() { "…" } else { "" };
    format!("{id}: {cut}{dots}")
}

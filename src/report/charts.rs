//! The charts of a label, each with its data as a table.

use super::chart::{Chart, Mark};
use super::label::{share, with_data};
use super::markup::{escape, paragraph};
use super::words::Lang;
use crate::evaluate::{Bar, Detail};

/// Rows of the tables below curves.
const ROWS: usize = 12;
/// Ends of the vertical axis of a histogram.
const TOPS: [f64; 5] = [0.2, 0.4, 0.6, 0.8, 1.0];

/// All charts of a label.
pub fn section(detail: &Detail, id: &str, lang: Lang) -> String {
    let drawn = [
        precision_recall(detail, id, lang),
        roc(detail, id, lang),
        reliability(detail, id, lang),
        histogram(detail, id, lang),
        workload(detail, id, lang),
    ];
    format!("<h3>{}</h3>\n<div class=\"charts\">\n{}</div>\n", escape(lang.words().curves), drawn.concat())
}

fn heading(title: &str, description: &str) -> String {
    format!("<h4>{}</h4>\n{}", escape(title), paragraph(description))
}

fn chart<'a>(id: String, says: [&'a str; 4], lang: Lang) -> Chart<'a> {
    let [title, description, x, y] = says;
    Chart { id, title, description, x, y, top: 1.0, lang }
}

/// Every so many-th, so that a table stays readable; the last one always.
fn sparse<P>(points: &[P]) -> impl Iterator<Item = &P> {
    let last = points.len().saturating_sub(1);
    let every = last.div_ceil(ROWS).max(1);
    points.iter().enumerate().filter(move |(i, _)| i % every == 0 || *i == last).map(|(_, point)| point)
}

fn precision_recall(detail: &Detail, id: &str, lang: Lang) -> String {
    let words = lang.words();
    let c = &detail.in_force.confusion;
    let points = &detail.precision_recall;
    let base = c.prevalence().unwrap_or(0.0);
    let mut marks = vec![
        Mark::Line("dashed", vec![(0.0, base), (1.0, base)]),
        Mark::Line("solid", points.iter().map(|p| (p.recall, p.precision)).collect()),
    ];
    marks.extend(c.recall().zip(c.precision()).map(|(x, y)| Mark::Here(x, y)));
    let says = [words.precision_recall, words.precision_recall_is, words.recall, words.precision];
    let legend = [("solid", words.this_model), ("dashed", words.by_chance), ("here", words.in_force)];
    let drawing = chart(format!("{id}-pr"), says, lang).draw(&marks, &legend);
    let percent = |v: f64| lang.percent(v, 1);
    let row = |p: &crate::metrics::PrecisionRecallPoint| {
        vec![lang.number(p.cut, 4), percent(p.precision), percent(p.recall), percent(p.flagged_share)]
    };
    let rows: Vec<Vec<String>> = sparse(points).map(row).collect();
    let header = [words.cut, words.precision, words.recall, words.flagged_share];
    let drawing = heading(says[0], says[1]) + &drawing;
    with_data(&drawing, words.precision_recall, &header, &rows, lang)
}

fn roc(detail: &Detail, id: &str, lang: Lang) -> String {
    let words = lang.words();
    let c = &detail.in_force.confusion;
    let curve = detail.roc.iter().map(|p| (p.false_positive_rate, p.true_positive_rate));
    let mut marks = vec![
        Mark::Line("dashed", vec![(0.0, 0.0), (1.0, 1.0)]),
        Mark::Line("solid", std::iter::once((0.0, 0.0)).chain(curve).collect()),
    ];
    marks.extend(c.false_positive_rate().zip(c.recall()).map(|(x, y)| Mark::Here(x, y)));
    let says = [words.roc, words.roc_is, words.false_positive_rate, words.recall];
    let legend = [("solid", words.this_model), ("dashed", words.by_chance), ("here", words.in_force)];
    let drawing = chart(format!("{id}-roc"), says, lang).draw(&marks, &legend);
    let row = |p: &crate::metrics::RocPoint| {
        let [fine, caught] = [p.false_positive_rate, p.true_positive_rate].map(|v| lang.percent(v, 1));
        vec![lang.number(p.cut, 4), fine, caught]
    };
    let rows: Vec<Vec<String>> = sparse(&detail.roc).map(row).collect();
    let drawing = heading(says[0], says[1]) + &drawing;
    with_data(&drawing, words.roc, &[words.cut, words.false_positive_rate, words.recall], &rows, lang)
}

fn reliability(detail: &Detail, id: &str, lang: Lang) -> String {
    let words = lang.words();
    let points = detail.reliability.iter().map(|b| {
        let p = b.positive_share;
        (b.mean_score, p.value, p.low, p.high)
    });
    let marks = [Mark::Line("dashed", vec![(0.0, 0.0), (1.0, 1.0)]), Mark::Points(points.collect())];
    let says = [words.reliability, words.reliability_is, words.score, words.share_of_problems];
    let legend = [("point", words.observed), ("dashed", words.perfect)];
    let drawing = chart(format!("{id}-rel"), says, lang).draw(&marks, &legend);
    let row = |b: &crate::metrics::ReliabilityBin| {
        vec![lang.number(b.mean_score, 3), share(Some(b.positive_share), lang), b.rows.to_string()]
    };
    let rows: Vec<Vec<String>> = detail.reliability.iter().map(row).collect();
    let header = [words.score, words.share_of_problems, words.support];
    let drawing = heading(says[0], says[1]) + &drawing;
    with_data(&drawing, words.reliability, &header, &rows, lang)
}

fn histogram(detail: &Detail, id: &str, lang: Lang) -> String {
    let words = lang.words();
    let bars = &detail.histogram;
    let width = 1.0 / bars.len() as f64;
    let half = |class: &'static str, shift: f64, share: fn(&Bar) -> f64| {
        let bar = |b: &Bar| (b.from + shift * width, b.from + (shift + 0.42) * width, share(b));
        Mark::Bars(class, bars.iter().map(bar).collect())
    };
    let marks = [
        half("fine", 0.06, |b| b.negative_share),
        half("problem", 0.52, |b| b.positive_share),
        Mark::Upright(detail.in_force.cut),
    ];
    let says = [words.histogram, words.histogram_is, words.score, words.comments];
    let legend = [("fine", words.fine), ("problem", words.problems), ("dashed", words.in_force)];
    let highest = bars.iter().map(|b| b.positive_share.max(b.negative_share)).fold(0.0, f64::max);
    let top = TOPS.into_iter().find(|top| *top >= highest).unwrap_or(1.0);
    let drawing = Chart { top, ..chart(format!("{id}-hist"), says, lang) }.draw(&marks, &legend);
    let row = |b: &Bar| {
        let from = format!("{}–{}", lang.number(b.from, 2), lang.number(b.from + width, 2));
        vec![from, b.negatives.to_string(), b.positives.to_string()]
    };
    let rows: Vec<Vec<String>> = bars.iter().map(row).collect();
    let drawing = heading(says[0], says[1]) + &drawing;
    with_data(&drawing, words.histogram, &[words.score, words.fine, words.problems], &rows, lang)
}

fn workload(detail: &Detail, id: &str, lang: Lang) -> String {
    let words = lang.words();
    let c = &detail.in_force.confusion;
    let curve = detail.precision_recall.iter().map(|p| (p.flagged_share, p.recall));
    let mut marks = vec![
        Mark::Line("dashed", vec![(0.0, 0.0), (1.0, 1.0)]),
        Mark::Line("solid", std::iter::once((0.0, 0.0)).chain(curve).collect()),
    ];
    marks.extend(c.flagged_share().zip(c.recall()).map(|(x, y)| Mark::Here(x, y)));
    let says = [words.workload, words.workload_is, words.share_read, words.share_caught];
    let legend = [("solid", words.this_model), ("dashed", words.by_chance), ("here", words.in_force)];
    let drawing = chart(format!("{id}-work"), says, lang).draw(&marks, &legend);
    let rows: Vec<Vec<String>> =
        detail.workload.iter().map(|w| vec![lang.percent(w.read, 0), share(Some(w.caught), lang)]).collect();
    let drawing = heading(says[0], says[1]) + &drawing;
    with_data(&drawing, words.workload, &[words.share_read, words.share_caught], &rows, lang)
}

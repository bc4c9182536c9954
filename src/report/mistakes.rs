//! The most expensive errors, with the words that tipped them.

use super::Report;
use super::markup::{escape, folded, paragraph, table};
use super::words::{Lang, fill};
use crate::evaluate::{Detail, Mistake};
use crate::explain::{Explanation, Span};

/// Parts of an explanation that are shown.
const PARTS: usize = 8;
/// Contribution from which a word is marked, in log-odds.
const VISIBLE: f64 = 0.05;

/// The errors of a label.
pub fn section(report: &Report<'_>, detail: &Detail, id: &str, lang: Lang) -> String {
    let words = lang.words();
    let mut out = format!("<h3 id=\"{id}-mistakes\">{}</h3>\n", escape(words.mistakes));
    if detail.mistakes.is_empty() {
        return out + &paragraph(words.mistakes_none);
    }
    out.push_str(&paragraph(words.mistakes_note));
    for mistake in &detail.mistakes {
        out.push_str(&card(report, mistake, lang));
    }
    out
}

fn card(report: &Report<'_>, mistake: &Mistake, lang: Lang) -> String {
    let words = lang.words();
    let comment = &report.corpus.examples[mistake.row as usize].comment;
    let kind = if mistake.target { words.miss } else { words.false_flag };
    let judged = if mistake.target { words.judged_problem } else { words.judged_fine };
    let verdict =
        fill(words.verdict, &[&lang.number(mistake.score, 4), &lang.number(mistake.threshold, 4), judged]);
    let mut out = format!(
        "<article>\n<h4>{}: {}</h4>\n{}",
        escape(kind),
        escape(&place(report, mistake, lang)),
        paragraph(&verdict)
    );
    if report.with_text {
        if let Some(article) = report.corpus.articles.get(&comment.article_id).filter(|a| !a.title.is_empty())
        {
            out.push_str(&format!(
                "<p class=\"soft\">{}: {}</p>\n",
                escape(words.dimension_article),
                escape(&article.title)
            ));
        }
        let spans = mistake.explanation.as_ref().map_or(&[][..], |e| &e.spans);
        out.push_str(&format!("<p class=\"text\" dir=\"auto\">{}</p>\n", marked(&comment.text, spans, lang)));
    }
    if let Some(explanation) = &mistake.explanation {
        out.push_str(&folded(words.tipped, &parts(explanation, lang)));
    }
    out + "</article>\n"
}

/// The comment's identifier, else its table and line.
fn place(report: &Report<'_>, mistake: &Mistake, lang: Lang) -> String {
    let example = &report.corpus.examples[mistake.row as usize];
    match example.comment.id.as_str() {
        "" => format!("{} {}", lang.words().row, example.line),
        id => id.to_owned(),
    }
}

fn parts(explanation: &Explanation, lang: Lang) -> String {
    let words = lang.words();
    let row = |p: &crate::explain::Part| {
        let sign = if p.contribution >= 0.0 { "+" } else { "" };
        let contribution = format!("{sign}{}", lang.number(p.contribution, 2));
        vec![p.name.clone(), lang.number(p.value, 2), contribution]
    };
    let rows: Vec<Vec<String>> = explanation.parts.iter().take(PARTS).map(row).collect();
    table(words.tipped, &[words.part, words.value, words.log_odds], &rows)
}

/// The text, its words marked that raised or lowered the score.
fn marked(text: &str, spans: &[Span], lang: Lang) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for span in spans.iter().filter(|span| span.contribution.abs() >= VISIBLE) {
        let [start, end] = span.bytes;
        let (Some(before), Some(word)) = (text.get(at..start), text.get(start..end)) else { continue };
        let (class, sign) = if span.contribution > 0.0 { ("up", "+") } else { ("down", "") };
        out.push_str(&escape(before));
        out.push_str(&format!(
            "<mark class=\"{class}\" title=\"{sign}{}\">{}</mark>",
            lang.number(span.contribution, 2),
            escape(word)
        ));
        at = end;
    }
    out + &escape(text.get(at..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_and_escaped() {
        let span = |bytes: [usize; 2], contribution| Span { bytes, utf16: bytes, contribution };
        let spans = [span([0, 3], 0.5), span([4, 5], 0.01), span([6, 9], -0.25)];
        assert_eq!(
            marked("a&b c <d> e", &spans, Lang::De),
            "<mark class=\"up\" title=\"+0,50\">a&amp;b</mark> c \
             <mark class=\"down\" title=\"−0,25\">&lt;d&gt;</mark> e"
        );
    }
}

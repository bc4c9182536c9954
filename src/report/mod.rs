//! An evaluation as one HTML file: it loads nothing, is read without a script, follows the
//! reader's light or dark, and prints. Renders what [`crate::evaluate`] computed, computes nothing
//! itself, and escapes whatever did not come from here.

mod chart;
mod charts;
mod english;
mod german;
mod label;
mod markup;
mod mistakes;
mod slices;
mod words;

pub use markup::escape;
pub use words::Lang;

use crate::corpus::Corpus;
use crate::evaluate::Detail;
use markup::paragraph;
use words::{called, fill};

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// Identifier of the model; `None` for a cross-validation.
    pub model: Option<&'a str>,
    /// Folds of a cross-validation.
    pub folds: Option<usize>,
    /// Name and number of rows of every table.
    pub sources: &'a [(String, usize)],
    /// The labels.
    pub details: &'a [Detail],
    /// The rows that slices and mistakes speak of.
    pub corpus: &'a Corpus,
    /// Whether texts of comments and titles of articles are shown.
    pub with_text: bool,
}

/// May nothing be loaded and nothing be sent, whatever a text contains.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// The page. The same report gives the same bytes.
pub fn html(report: &Report<'_>, lang: Lang) -> String {
    let words = lang.words();
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
        lang.code(),
        escape(words.title),
        include_str!("style.css")
    );
    out.push_str(&header(report, lang));
    out.push_str("<main>\n");
    for (i, detail) in report.details.iter().enumerate() {
        out.push_str(&label::section(report, detail, i, lang));
    }
    out.push_str("</main>\n<footer>");
    out.push_str(&paragraph(&fill(words.footer, &[env!("CARGO_PKG_VERSION")])));
    out.push_str("</footer>\n<script>\n");
    out.push_str(include_str!("explorer.js"));
    out.push_str("</script>\n</body>\n</html>\n");
    out
}

fn header(report: &Report<'_>, lang: Lang) -> String {
    let words = lang.words();
    let mut out = format!("<header>\n<h1>{}</h1>\n{}", escape(words.title), paragraph(words.intro));
    if let Some(model) = report.model {
        out.push_str(&paragraph(&format!("{}: {model}", words.model)));
    }
    if let Some(folds) = report.folds {
        out.push_str(&paragraph(&fill(words.cross_validated, &[&folds.to_string()])));
    }
    let tables: Vec<String> = report
        .sources
        .iter()
        .map(|(name, rows)| fill(words.rows_of, &[name.as_str(), &rows.to_string()]))
        .collect();
    out.push_str(&paragraph(&format!("{}: {}", words.tables, tables.join(", "))));
    out.push_str(&format!("<nav aria-label=\"{}\"><ul>", escape(words.contents)));
    for (i, detail) in report.details.iter().enumerate() {
        let name = escape(called(words.labels, &detail.evaluation.label));
        out.push_str(&format!("<li><a href=\"#l{i}\">{name}</a></li>"));
        for (part, title) in
            [("explorer", words.explorer), ("slices", words.slices), ("mistakes", words.mistakes)]
        {
            out.push_str(&format!("<li><a href=\"#l{i}-{part}\">{}</a></li>", escape(title)));
        }
    }
    out.push_str("</ul></nav>\n</header>\n");
    out
}

//! A page saved as HTML, by way of its text: the document is laid out in lines as a browser
//! copies it, without what no article is made of, and read by [`super::thread`].

use scraper::node::Node;
use scraper::{ElementRef, Html, Selector};

use super::thread::{Page, read_page};
use crate::error::Result;

/// Elements that hold nothing a reader of the article reads.
#[rustfmt::skip]
const SKIPPED: &[&str] = &[
    "head", "script", "style", "noscript", "template", "svg", "nav", "aside", "form", "button", "select", "iframe",
    "figure", "figcaption", "picture", "video", "audio", "dialog",
];

/// Elements that stand apart by a blank line.
#[rustfmt::skip]
const PARAGRAPHS: &[&str] = &[
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "article", "section", "main", "table", "pre",
];

/// Elements on a line of their own.
const LINES: &[&str] = &["div", "li", "br", "tr", "dt", "dd", "header", "footer", "hr", "address"];

/// Where pages state an author and a date for machines.
const AUTHORS: &[&str] = &["meta[name='author']"];
const DATES: &[&str] = &["meta[property='article:published_time']", "meta[name='date']"];

/// Reads a saved HTML page. Lines in the notes count the lines of the page's text, from its
/// headline (`h1`) on.
///
/// # Errors
/// As [`read_page`].
pub fn read_html(html: &str, article_id: &str, source: &str) -> Result<Page> {
    let document = Html::parse_document(html);
    let headline = first(&document, "h1").map(|h1| words(&h1)).filter(|title| !title.is_empty());
    let mut text = Layout::default();
    lay_out(document.root_element(), &mut text);
    let start = text.headline.unwrap_or(0);
    let mut page = read_page(&text.text[start..], article_id, source)?;
    let article = &mut page.article;
    article.title = headline.unwrap_or_else(|| std::mem::take(&mut article.title));
    article.author = stated(&document, AUTHORS).unwrap_or_else(|| std::mem::take(&mut article.author));
    article.published_at =
        stated(&document, DATES).unwrap_or_else(|| std::mem::take(&mut article.published_at));
    Ok(page)
}

fn first<'d>(document: &'d Html, selector: &str) -> Option<ElementRef<'d>> {
    document.select(&Selector::parse(selector).ok()?).next()
}

fn words(element: &ElementRef) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn stated(document: &Html, selectors: &[&str]) -> Option<String> {
    let content = |selector: &&str| first(document, selector)?.value().attr("content").map(str::trim);
    selectors.iter().find_map(content).filter(|content| !content.is_empty()).map(str::to_owned)
}

/// Text being laid out.
#[derive(Default)]
struct Layout {
    text: String,
    /// Where the first `h1` starts.
    headline: Option<usize>,
}

impl Layout {
    /// Makes sure that the text ends in this many line breaks; none asked for, none made.
    fn break_line(&mut self, newlines: usize) {
        if newlines == 0 {
            return;
        }
        self.text.truncate(self.text.trim_end_matches(' ').len());
        let there = self.text.len() - self.text.trim_end_matches('\n').len();
        if !self.text.is_empty() {
            (there..newlines).for_each(|_| self.text.push('\n'));
        }
    }

    /// Running text, runs of blanks made one.
    fn push(&mut self, text: &str) {
        if text.starts_with(char::is_whitespace) {
            self.space();
        }
        for word in text.split_whitespace() {
            self.text.push_str(word);
            self.text.push(' ');
        }
        if !text.ends_with(char::is_whitespace) && !text.is_empty() {
            self.text.pop();
        }
    }

    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }
}

fn lay_out(element: ElementRef, layout: &mut Layout) {
    let name = element.value().name();
    if SKIPPED.contains(&name) {
        return;
    }
    let newlines = if PARAGRAPHS.contains(&name) { 2 } else { usize::from(LINES.contains(&name)) };
    layout.break_line(newlines);
    if name == "h1" {
        layout.headline.get_or_insert(layout.text.len());
    }
    if name == "li" {
        layout.text.push_str("• ");
    }
    for child in element.children() {
        match (child.value(), ElementRef::wrap(child)) {
            (Node::Text(text), _) => layout.push(text),
            (_, Some(child)) => lay_out(child, layout),
            _ => {}
        }
    }
    layout.break_line(newlines);
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!DOCTYPE html><html><head><title>x</title><meta name="author" content="Ada Berg">
<meta property="article:published_time" content="2025-03-04T10:40:00+01:00"><script>var a = 1;</script></head><body>
<nav><a>Home</a> <a>Sport</a></nav>
<h1>Neue  Linie</h1>
<figure><img><figcaption>Die Bahn am See</figcaption></figure>
<p>Die Stadt will bis zum Sommer <b>entscheiden</b>, ob die neue Linie über die Brücke führt.</p>
<p>Der Rat hat am Montag beraten und mit großer Mehrheit einen zweiten Entwurf verlangt.</p>
<div><a>Teilen</a></div>
<h2>2 Kommentare</h2>
<div><cite>Karl Moor</cite> <span>sagt:</span><div><time>4. März 2025 um 11:00 Uhr</time></div>
<p>Endlich fährt hier<br>wieder etwas.</p><p>Danke!</p></div>
<div><cite>Ina Lenz</cite> sagt:<div>4. März 2025 um 12:00 Uhr</div><p>Und wer bezahlt das alles?</p></div>
</body></html>"#;

    #[test]
    fn a_page_is_read_by_way_of_its_text() {
        let page = read_html(PAGE, "a", "a.html").unwrap_or_default();
        assert_eq!(page.article.title, "Neue Linie");
        assert_eq!(page.article.author, "Ada Berg");
        assert_eq!(page.article.published_at, "2025-03-04T10:40:00+01:00");
        let body = [page.article.lead.as_str(), page.article.text.as_str()].join("\n\n");
        let wanted = "Die Stadt will bis zum Sommer entscheiden, ob die neue Linie über die Brücke führt.\n\n\
                      Der Rat hat am Montag beraten und mit großer Mehrheit einen zweiten Entwurf verlangt.";
        assert_eq!(body.trim(), wanted);
        let said: Vec<_> = page.comments.iter().map(|c| (c.author.as_str(), c.text.as_str())).collect();
        let wanted = [
            ("Karl Moor", "Endlich fährt hier\nwieder etwas.\n\nDanke!"),
            ("Ina Lenz", "Und wer bezahlt das alles?"),
        ];
        assert_eq!(said, wanted);
    }
}

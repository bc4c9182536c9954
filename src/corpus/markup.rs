//! HTML inside a comment as the text a reader saw: tags left out, entities decoded.
//!
//! Only elements of HTML are markup. `<3`, `a < b` and an `<ironie>` that a commenter typed
//! are text and stay.

use html_escape::decode_html_entities;

/// Elements that begin a new line.
#[rustfmt::skip]
const LINES: &[&str] = &[
    "br", "p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6",
];

/// Elements within a line.
#[rustfmt::skip]
const INLINE: &[&str] = &[
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s", "small",
    "span", "strike", "strong", "sub", "sup", "td", "th", "tbody", "thead", "time", "tt", "u", "wbr",
];

/// Elements that are left out with all that is in them.
const HIDDEN: &[&str] = &["script", "style"];

/// What to do with a tag.
#[derive(Clone, Copy, PartialEq)]
enum Tag<'a> {
    Line,
    Inline,
    Hidden(&'a str),
}

/// Appends `html` to `text` as text.
pub(super) fn to_text(html: &str, text: &mut String) {
    let start = text.len();
    let mut rest = html;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        push(&rest[..at], text);
        rest = &rest[at..];
        match markup(rest) {
            Some((Tag::Inline, length)) => rest = &rest[length..],
            Some((Tag::Line, length)) => {
                break_line(text, start);
                rest = &rest[length..];
            }
            Some((Tag::Hidden(name), length)) => rest = behind(&rest[length..], name),
            None => {
                text.push('<');
                rest = &rest[1..];
            }
        }
    }
    push(rest, text);
    let end = text.trim_end_matches('\n').len();
    text.truncate(end.max(start));
}

fn push(part: &str, text: &mut String) {
    text.push_str(&decode_html_entities(part).replace('\u{a0}', " "));
}

/// One line break, none at the beginning or after another.
fn break_line(text: &mut String, start: usize) {
    if text.len() > start && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// The markup that `html` begins with, and its length; `None` if it begins with text.
fn markup(html: &str) -> Option<(Tag<'_>, usize)> {
    if html.starts_with("<!--") {
        let near = &html.as_bytes()[..html.len().min(MAX_TAG)];
        return memchr::memmem::find(near, b"-->").map(|end| (Tag::Inline, end + "-->".len()));
    }
    let inner = html.strip_prefix("</").or_else(|| html.strip_prefix('<'))?;
    let is_end = html.starts_with("</");
    let length = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let (name, behind) = inner.split_at(length);
    if !behind.starts_with(['>', '/', ' ', '\t', '\n', '\r']) {
        return None;
    }
    let end = html.len() - behind.len() + close(behind)?;
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    match () {
        () if is_one_of(LINES) => Some((Tag::Line, end)),
        () if is_one_of(INLINE) => Some((Tag::Inline, end)),
        () if is_one_of(HIDDEN) && is_end => Some((Tag::Inline, end)),
        () if is_one_of(HIDDEN) => Some((Tag::Hidden(name), end)),
        () => None,
    }
}

/// Bytes up to and with the `>` that closes a tag; one in a quoted attribute does not.
fn close(attributes: &str) -> Option<usize> {
    let mut quote = None;
    for (i, byte) in attributes.bytes().enumerate().take(MAX_TAG) {
        match (quote, byte) {
            (None, b'>') => return Some(i + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Bytes a tag or an HTML comment may have: what never closes is text, and is not looked through again and again.
const MAX_TAG: usize = 4096;

/// What follows the end of the element `name`; nothing if it does not end.
fn behind<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let bytes = rest.as_bytes();
        if bytes.len() >= name.len() && bytes[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            return rest.find('>').map_or("", |end| &rest[end + 1..]);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_left_out_and_text_stays() {
        let cases = [
            ("", ""),
            ("ohne alles", "ohne alles"),
            ("eins<br>zwei<br/>drei<BR />vier", "eins\nzwei\ndrei\nvier"),
            ("<p>eins</p>\n<p class=\"a>b\">zwei</p>", "eins\n\nzwei"),
            ("ein <b>fettes</b> <a href='x'>Wort</a>", "ein fettes Wort"),
            ("K&ouml;ln &amp; D&#252;sseldorf&nbsp;&lt;3 &#x1F600;", "Köln & Düsseldorf <3 😀"),
            ("a < b und b > a, <3, <", "a < b und b > a, <3, <"),
            ("<ironie>Klar doch</ironie>", "<ironie>Klar doch</ironie>"),
            ("vor<script>var a = '<p>';</SCRIPT >nach", "vornach"),
            ("vor<style>nie geschlossen", "vor"),
            ("vor<!-- <b>weg</b> -->nach", "vornach"),
            ("offen <b", "offen <b"),
            ("offen <a href=\"x", "offen <a href=\"x"),
            ("&lt;b&gt; ist ein Zeichen &unbekannt; &", "<b> ist ein Zeichen &unbekannt; &"),
            ("<br><br>", ""),
        ];
        for (html, expected) in cases {
            let mut text = "davor".to_owned();
            to_text(html, &mut text);
            assert_eq!(&text["davor".len()..], expected, "{html}");
        }
    }

    #[test]
    fn what_never_closes_is_not_looked_through_again_and_again() {
        for part in ["<b ", "<b \"", "<!--", "</script", "<script>"] {
            let html = part.repeat(200_000 / part.len());
            let mut text = String::new();
            to_text(&html, &mut text);
            assert!(text.len() <= html.len(), "{part}");
        }
    }
}

//! Pieces of HTML: escaped text, tables, folded-away parts.

use std::fmt::Write as _;

/// `text` as HTML, safe between tags and inside quoted attributes. Characters that HTML forbids,
/// or with which a text can be made to look like another, become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.push('\u{fffd}');
            }
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A table that scrolls by itself when it is too wide. `caption`, `header` and cells are escaped
/// here; the first cell of a row is its header.
pub fn table(caption: &str, header: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table><caption>{0}</caption>\n<thead><tr>",
        escape(caption)
    );
    for name in header {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(name));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (i, cell) in row.iter().enumerate() {
            let _ = match i {
                0 => write!(out, "<th scope=\"row\">{}</th>", escape(cell)),
                _ => write!(out, "<td>{}</td>", escape(cell)),
            };
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// A part that is folded away until asked for; `inside` is HTML.
pub fn folded(summary: &str, inside: &str) -> String {
    format!("<details><summary>{}</summary>\n{inside}</details>\n", escape(summary))
}

/// A paragraph.
pub fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let cases = [
            ("schön & <b>\"gut\"</b>", "schön &amp; &lt;b&gt;&quot;gut&quot;&lt;/b&gt;"),
            ("it's", "it&#39;s"),
            ("a\u{0}b\u{1b}[31m", "a\u{fffd}b\u{fffd}[31m"),
            ("x\u{202e}y", "x\u{fffd}y"),
            ("zwei\nZeilen", "zwei\nZeilen"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn cells_and_captions_are_escaped() {
        let html = table("<c>", &["<h>"], &[vec!["<a>".to_owned(), "<b>".to_owned()]]);
        for raw in ["<c>", "<h>", "<a>", "<b>"] {
            assert!(!html.contains(raw), "{raw}: {html}");
        }
        assert!(html.contains("<th scope=\"row\">&lt;a&gt;</th><td>&lt;b&gt;</td>"));
    }
}

//! Text that others wrote, made harmless for the place it is shown in.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` for a terminal or a log line: control characters (C0, DEL, C1), line ends and
/// characters that reorder or hide what follows are written as escapes (`\n`, `\u{202e}`).
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe_to_show) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if is_unsafe_to_show(c) => {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", c as u32);
            }
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// C0, DEL and C1 controls, line and paragraph separators, and the bidirectional controls
/// with which a text can be made to look like another (Unicode TR 36, "Trojan Source").
fn is_unsafe_to_show(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// `cell` for a spreadsheet: one that a spreadsheet would run as a formula (it begins with
/// `=`, `+`, `-`, `@`, or a control character, also their full-width forms) gets a leading
/// apostrophe, as OWASP advises against CSV injection. Negative numbers get one as well.
pub fn spreadsheet(cell: &str) -> Cow<'_, str> {
    let starts_formula = |c: char| {
        c.is_control()
            || matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    };
    match cell.starts_with(starts_formula) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_sees_no_control_character() {
        let cases = [
            ("schön, oder?", "schön, oder?"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[31mrot", "\\u{1b}[31mrot"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{7f}\u{0}", "\\u{7f}\\u{0}"),
            ("ab\u{202e}cd\u{2066}", "ab\\u{202e}cd\\u{2066}"),
            ("x\u{2028}y", "x\\u{2028}y"),
        ];
        for (text, shown) in cases {
            assert_eq!(terminal(text), shown);
        }
    }

    #[test]
    fn harmless_text_is_not_copied() {
        assert!(matches!(terminal("Grüße"), Cow::Borrowed(_)));
        assert!(matches!(spreadsheet("Grüße = gut"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_spreadsheet_sees_no_formula() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-cmd", "'-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("＝1", "'＝1"),
            ("-0.25", "'-0.25"),
            ("-1+cmd", "'-1+cmd"),
            ("-", "'-"),
            ("", ""),
            ("a=b", "a=b"),
        ];
        for (cell, safe) in cases {
            assert_eq!(spreadsheet(cell), safe, "{cell:?}");
        }
    }
}

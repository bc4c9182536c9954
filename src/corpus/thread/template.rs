//! Matches a line against the templates of [`super::byline`].

use super::date::{Stamp, stamp};

/// Longest line that can be a byline, in bytes; longer ones are prose.
const LONGEST: usize = 200;

/// What `{sep}` stands for, with the blanks around it; longer forms first.
const SEPARATORS: &[&str] = &[" am ", " vom ", " on ", ", ", "| ", "- ", "– ", "— ", "· ", "• ", "/ "];

/// Small words inside names.
#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "von", "vom", "van", "der", "den", "de", "du", "da", "di", "del", "la", "le", "zu", "zum", "zur", "al",
    "el", "bin", "ten", "ter", "und", "and", "&", "jun.", "sen.", "jr.",
];

/// First words that make a line a statement about the page, not a name.
#[rustfmt::skip]
const NO_NAMES: &[&str] = &[
    "aktualisiert", "stand", "update", "updated", "veröffentlicht", "published", "posted", "erschienen",
    "lesezeit", "quelle", "foto", "am", "on", "um", "von", "by", "seit", "bis", "ab", "der", "die", "das", "the",
];

/// The parts of a byline that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Byline {
    /// Who signed.
    pub(super) name: Option<String>,
    /// When.
    pub(super) stamp: Option<Stamp>,
    /// When it was revised.
    pub(super) updated: Option<Stamp>,
    /// Whether the match used the following line too.
    pub(super) two_lines: bool,
}

/// What `template` finds in `line`, or in `line` and `next` where it spans two.
pub(super) fn read(template: &str, line: &str, next: Option<&str>) -> Option<Byline> {
    if line.len() > LONGEST {
        return None;
    }
    let mut found = Byline::default();
    let Some((first, second)) = template.split_once('\n') else {
        return fit(template, line.trim(), &mut found).then_some(found);
    };
    found.two_lines = true;
    let next = next.filter(|next| next.len() <= LONGEST)?;
    (fit(first, line.trim(), &mut found) && fit(second, next.trim(), &mut found)).then_some(found)
}

/// The first entry of `table` that fits, and which it was.
pub(super) fn first<'a>(
    table: impl IntoIterator<Item = &'a str>,
    line: &str,
    next: Option<&str>,
) -> Option<(usize, Byline)> {
    table.into_iter().enumerate().find_map(|(i, template)| Some((i, read(template, line, next)?)))
}

/// Matches by backtracking over the ends a slot may have. Lines are short, templates have few slots.
fn fit(template: &str, text: &str, found: &mut Byline) -> bool {
    if let Some(slot) = template.strip_prefix('{') {
        let Some((slot, rest)) = slot.split_once('}') else { return false };
        return fit_slot(slot, rest, text, found);
    }
    let Some(wanted) = template.chars().next() else { return text.is_empty() };
    let rest = &template[wanted.len_utf8()..];
    if wanted == ' ' {
        let trimmed = text.trim_start();
        return trimmed.len() < text.len() && fit(rest, trimmed, found);
    }
    match text.chars().next() {
        Some(c) if same(wanted, c) => fit(rest, &text[c.len_utf8()..], found),
        _ => false,
    }
}

fn same(wanted: char, c: char) -> bool {
    wanted == c || wanted == '-' && matches!(c, '–' | '—') || wanted.to_lowercase().eq(c.to_lowercase())
}

fn fit_slot(slot: &str, rest: &str, text: &str, found: &mut Byline) -> bool {
    match slot {
        "stamp" | "updated" => {
            let Some((moment, after)) = stamp(text) else { return false };
            *(if slot == "stamp" { &mut found.stamp } else { &mut found.updated }) = Some(moment);
            fit(rest, after, found)
        }
        "n" => {
            let after = text.trim_start_matches(|c: char| c.is_ascii_digit());
            after.len() < text.len() && fit(rest, after, found)
        }
        "sep" => separated(text).any(|after| fit(rest, after, found)),
        _ => ends(text).any(|end| {
            let (part, after) = text.split_at(end);
            let fits = match slot {
                "text" => true,
                "section" => !part.trim().is_empty() && !part.contains(char::is_whitespace),
                _ => is_name(part, slot == "names"),
            };
            let fits = fits && fit(rest, after, found);
            if fits && slot.starts_with("name") {
                found.name = Some(part.trim().to_owned());
            }
            fits
        }),
    }
}

/// Whether `line` may be a byline in a format that no table has: short, no sentence, and dated.
pub(super) fn resembles_byline(line: &str) -> bool {
    let dated = |(at, c): (usize, char)| {
        let word = !line[..at].ends_with(char::is_alphanumeric);
        word && c.is_alphanumeric() && stamp(&line[at..]).is_some()
    };
    line.chars().count() <= 80 && !line.ends_with(['.', '!', '?']) && line.char_indices().any(dated)
}

/// Every place after the first character where a part of `text` may end.
fn ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().skip(1).map(|(i, _)| i).chain((!text.is_empty()).then_some(text.len()))
}

/// The texts that may follow a separator at the start of `text`.
fn separated(text: &str) -> impl Iterator<Item = &str> {
    let bare = text.trim_start();
    SEPARATORS.iter().filter_map(move |sep| {
        let word = sep.starts_with(' ');
        let start = if word { text } else { bare };
        start.strip_prefix(sep).map(str::trim_start)
    })
}

/// Whether `text` has the shape of a name: up to five capitalised words with their particles, or
/// one word of any shape (a nickname). `many` allows a list of people and a place.
pub(super) fn is_name(text: &str, many: bool) -> bool {
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    let most = if many { 10 } else { 5 };
    let allowed = |c: char| c.is_alphanumeric() || " .'’-_@&\u{a0}".contains(c) || many && c == ',';
    let plausible = (1..=most).contains(&words.len())
        && text.chars().count() <= 12 * most
        && text.chars().any(char::is_alphabetic)
        && text.chars().all(allowed)
        && !words.iter().any(|word| stamp(word).is_some())
        && !NO_NAMES.contains(&words[0].to_lowercase().as_str());
    plausible && ends_like_a_name(text) && (words.len() == 1 && !many || words.iter().all(|w| name_word(w)))
}

fn ends_like_a_name(text: &str) -> bool {
    // `Karl M.` and `Hans Maier jun.` end in a full stop, a sentence of one word does too.
    let last = text.split_whitespace().last().unwrap_or_default();
    let abbreviated = last.ends_with('.') && last.chars().count() <= 4 && text.contains(char::is_whitespace);
    text.ends_with(|c: char| c.is_alphanumeric() || c == '_') || abbreviated
}

fn name_word(word: &str) -> bool {
    let first = word.chars().find(|c| c.is_alphanumeric());
    first.is_some_and(|c| !c.is_lowercase()) || PARTICLES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_shape() {
        for name in
            ["Ada Berg", "Karl-Heinz von der Aue", "sonne_72", "G. Hatch", "Hans Maier jun.", "O'Dell"]
        {
            assert!(is_name(name, false), "{name}");
        }
        for other in ["", "12", "Null.", "Wir sahen uns", "Stand", "Ada (Berg)", "Ada Berg, Karl Moor"] {
            assert!(!is_name(other, false), "{other}");
        }
        assert!(is_name("Ada Berg, Karl Moor und Ina Lenz", true));
    }

    #[test]
    fn a_template_accounts_for_the_whole_line() {
        assert!(read("{name} | {stamp}", "Ada Berg | 04.03.2025", None).is_some());
        assert!(read("{name} | {stamp}", "Ada Berg | 04.03.2025 und so fort", None).is_none());
        assert!(read("{name}\n{stamp}", "Ada Berg", Some("04.03.2025")).is_some_and(|found| found.two_lines));
        assert!(read("{name}\n{stamp}", "Ada Berg", None).is_none());
    }

    #[test]
    fn dated_lines_resemble_bylines() {
        assert!(resembles_byline("~~ Karl ~~ 04.03.2025 ~~"));
        for line in ["Das war am 04.03.2025.", "Karl", ""] {
            assert!(!resembles_byline(line), "{line}");
        }
    }
}

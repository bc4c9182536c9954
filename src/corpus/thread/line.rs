//! A page as its non-blank lines, and what can be said of one line by its shape alone.

/// One non-blank line of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// Place in the page, from 1.
    pub(super) number: u64,
    /// The line without the blanks around it.
    pub(super) raw: &'t str,
    /// The same without the bullet of a list item.
    pub(super) text: &'t str,
    /// Which run of lines without a blank line between them it belongs to, from 0.
    pub(super) block: usize,
}

impl Line<'_> {
    /// Whether the line is a list item.
    pub(super) fn bullet(&self) -> bool {
        self.text.len() < self.raw.len()
    }

    /// Whether the line is running text: it ends a sentence, or is too long for anything else.
    pub(super) fn is_prose(&self) -> bool {
        let length = self.text.chars().count();
        length >= 40 && ends_sentence(self.text) || length >= 140
    }
}

/// The non-blank lines of `page`.
pub(super) fn split(page: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line> = Vec::new();
    let mut block = 0;
    for (raw, number) in page.lines().map(str::trim).zip(1..) {
        if !raw.is_empty() {
            lines.push(Line { number, raw, text: unbullet(raw), block });
        } else if lines.last().is_some_and(|last| last.block == block) {
            block += 1;
        }
    }
    lines
}

fn unbullet(raw: &str) -> &str {
    let bullets = ['•', '·', '▪', '◦', '*', '-', '–'];
    raw.strip_prefix(bullets)
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .map_or(raw, str::trim_start)
}

/// Characters that may close a sentence after its full stop.
const CLOSING: &[char] = &['"', '“', '”', '‘', '’', '\'', '»', '«', ')', ']', '›', '‹'];

/// Whether `text` ends in a full stop, question or exclamation mark, or dots.
pub(super) fn ends_sentence(text: &str) -> bool {
    text.trim_end().trim_end_matches(CLOSING).ends_with(['.', '!', '?', '…'])
}

/// Whether `text` breaks off (`...`), as teasers do.
pub(super) fn breaks_off(text: &str) -> bool {
    text.ends_with("...") || text.ends_with('…')
}

/// The first letters of the sentences inside `text`, after the first one.
pub(super) fn sentence_starts(text: &str) -> impl Iterator<Item = char> + '_ {
    text.split_whitespace().zip(text.split_whitespace().skip(1)).filter_map(|(word, next)| {
        // `z. B.`, `Dr.`, `7.` end no sentence.
        let long = word.chars().filter(|c| c.is_alphabetic()).count() > 2;
        (long && ends_sentence(word)).then(|| next.chars().find(|c| c.is_alphabetic()))?
    })
}

/// Number of sentences of `text`, at least 1.
pub(super) fn sentences(text: &str) -> usize {
    1 + sentence_starts(text).count()
}

/// Whether the first letter of `text` is lower case.
pub(super) fn starts_lower(text: &str) -> bool {
    text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_runs_between_blank_lines() {
        let lines = split("\n\na\n  • b\n\n \n-c\n");
        let seen: Vec<_> = lines.iter().map(|l| (l.number, l.text, l.block, l.bullet())).collect();
        assert_eq!(seen, [(3, "a", 0, false), (4, "b", 0, true), (7, "-c", 1, false)]);
    }

    #[test]
    fn sentences_end_behind_quotes_too() {
        for (text, ends) in
            [("So ist es.", true), ("„Nein!“", true), ("Eine Überschrift", false), ("", false)]
        {
            assert_eq!(ends_sentence(text), ends, "{text}");
        }
        assert_eq!(sentences("Am 7. Mai kam Dr. Moor. Er blieb."), 2);
        assert!(starts_lower("„und dann“") && !starts_lower("Und") && !starts_lower("3 mal"));
    }
}

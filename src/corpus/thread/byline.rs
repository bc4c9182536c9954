//! Bylines as data: how sites sign comments and articles.
//!
//! A site's format is one line in a table, matched by [`super::template`]. In a template `{name}` is one person, `{names}` one
//! or more, `{section}` one word, `{stamp}` a moment ([`super::date`]), `{updated}` a moment of
//! revision, `{n}` digits, `{text}` anything, and `{sep}` any usual separator; a blank is any run of blanks, `-` any dash, `\n` the
//! next line. Letters match in either case; the template must account for the whole line.

/// Whether a comment byline is believed where nothing announced a comment section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Distinct enough to open a thread.
    Alone,
    /// Could as well be an entry in a list of teasers; needs a heading such as `Kommentare` above.
    UnderHeading,
}

/// How comments are signed; the first that fits wins.
pub(super) const COMMENT_BYLINES: &[(&str, Trust)] = &[
    ("{name} schrieb{sep}{stamp}:", Trust::Alone),
    ("{name} schrieb{sep}{stamp}", Trust::Alone),
    ("{name} wrote{sep}{stamp}:", Trust::Alone),
    ("{name} schrieb {stamp}:", Trust::Alone),
    ("{name} wrote {stamp}:", Trust::Alone),
    ("{name} (nicht überprüft){sep}{stamp}", Trust::Alone),
    ("Kommentar von {name}{sep}{stamp}", Trust::Alone),
    ("Comment by {name}{sep}{stamp}", Trust::Alone),
    ("Posted by {name}{sep}{stamp}", Trust::Alone),
    ("#{n} {name}{sep}{stamp}", Trust::Alone),
    ("{n}. {name}{sep}{stamp}", Trust::Alone),
    ("{name}{sep}{stamp}", Trust::Alone),
    ("{name} ({stamp})", Trust::Alone),
    ("{name} [{stamp}]", Trust::Alone),
    ("{stamp}{sep}{name}", Trust::Alone),
    ("{name} {stamp}", Trust::UnderHeading),
    ("{stamp} {name}", Trust::UnderHeading),
    ("{stamp} von {name}", Trust::UnderHeading),
    ("{name} sagt:\n{stamp}", Trust::UnderHeading),
    ("{name} says:\n{stamp}", Trust::UnderHeading),
    ("{name}\n{stamp}", Trust::UnderHeading),
    ("{name}:\n{stamp}", Trust::UnderHeading),
];

/// How an article states its author and date, as lines of their own.
pub(super) const ARTICLE_BYLINES: &[&str] = &[
    "{stamp}",
    "Aktualisiert: {updated}",
    "Aktualisiert am {updated}",
    "Aktualisiert {updated}",
    "Zuletzt aktualisiert: {updated}",
    "Zuletzt aktualisiert am {updated}",
    "Stand: {updated}",
    "Update: {updated}",
    "Updated {updated}",
    "Updated: {updated}",
    "Last updated {updated}",
    "Last updated: {updated}",
    "Veröffentlicht: {stamp}",
    "Veröffentlicht am {stamp}",
    "Erschienen am {stamp}",
    "Published {stamp}",
    "Published: {stamp}",
    "Published on {stamp}",
    "Posted on {stamp}",
    "Von {names}{sep}{stamp}",
    "By {names}{sep}{stamp}",
    "Von {names}",
    "By {names}",
    "Von{names}",
    "Autor: {names}",
    "Autorin: {names}",
    "Author: {names}",
    "Text: {names}",
    "Ein Gastbeitrag von {names}",
    "Ein Kommentar von {names}",
    "Eine Analyse von {names}",
    "So erreichen Sie {names}:",
    "{section} / {stamp}",
    "{section} | {stamp}",
    "{section} • {stamp}",
    "{section}, {stamp}",
    "{names} | {stamp}",
    "{names}, {stamp}",
    "{names} - {stamp}",
    "{names} • {stamp}",
    "{names}\n{stamp}",
];

/// How a box about the author begins, under a heading that says it is one.
pub(super) const AUTHOR_BOX: &[&str] = &[
    "{name} ist {text}",
    "{name} is {text}",
    "{name} arbeitet {text}",
    "{name} schreibt {text}",
    "{name} writes {text}",
    "{name} covers {text}",
    "{name}, {text}",
    "{name}",
];

/// How a comment says which one it answers.
pub(super) const REPLIES: &[&str] = &[
    "Antwort auf {text} von {name}",
    "Als Antwort auf {name}",
    "Antwort auf {name}",
    "Antwort an {name}",
    "In reply to {text} by {name}",
    "In reply to {name}",
    "Replying to {name}",
];

#[cfg(test)]
mod tests {
    use super::super::template::first;
    use super::*;

    fn comment(line: &str, next: Option<&str>) -> Option<(String, Option<String>)> {
        let (_, found) = first(COMMENT_BYLINES.iter().map(|(template, _)| *template), line, next)?;
        Some((found.name?, found.stamp?.iso))
    }

    /// Line, the line after it, author, moment.
    #[rustfmt::skip]
    const SIGNED: &[(&str, Option<&str>, &str, Option<&str>)] = &[
        ("Ada Berg | Di., 4. März 2025 - 10:40", None, "Ada Berg", Some("2025-03-04T10:40")),
        ("Ada von der Aue, 04.03.2025, 10:40 Uhr", None, "Ada von der Aue", Some("2025-03-04T10:40")),
        ("Karl M. – 4. März 2025, 10.40 Uhr", None, "Karl M.", Some("2025-03-04T10:40")),
        ("sonne_72 · 04.03.25", None, "sonne_72", Some("2025-03-04")),
        ("Ada Berg schrieb am 04.03.2025 um 10:40 Uhr:", None, "Ada Berg", Some("2025-03-04T10:40")),
        ("Ada Berg (nicht überprüft) | Di., 4. März 2025 - 10:40", None, "Ada Berg", Some("2025-03-04T10:40")),
        ("#12 Ada Berg | 04.03.2025", None, "Ada Berg", Some("2025-03-04")),
        ("3. Ada Berg, 04.03.2025", None, "Ada Berg", Some("2025-03-04")),
        ("Ada Berg (04.03.2025, 10:40)", None, "Ada Berg", Some("2025-03-04T10:40")),
        ("Ada Berg [March 4, 2025]", None, "Ada Berg", Some("2025-03-04")),
        ("04.03.2025, 10:40 Uhr | Ada Berg", None, "Ada Berg", Some("2025-03-04T10:40")),
        ("Posted by Ada Berg on March 4, 2025 at 1:05 pm", None, "Ada Berg", Some("2025-03-04T13:05")),
        ("Kommentar von Ada Berg am 04.03.2025", None, "Ada Berg", Some("2025-03-04")),
        ("Comment by Ada Berg, 4 March 2025", None, "Ada Berg", Some("2025-03-04")),
        ("Ada Berg wrote on 4 March 2025:", None, "Ada Berg", Some("2025-03-04")),
        ("Ada Berg wrote 2 hours ago:", None, "Ada Berg", None),
        ("Ada Berg schrieb gestern um 10:40 Uhr:", None, "Ada Berg", None),
        ("Ada Berg 4 March 2025 10:40", None, "Ada Berg", Some("2025-03-04T10:40")),
        ("Ada Berg vor 3 Stunden", None, "Ada Berg", None),
        ("04.03.2025 10:40 Ada Berg", None, "Ada Berg", Some("2025-03-04T10:40")),
        ("04.03.2025 10:40 von Ada Berg", None, "Ada Berg", Some("2025-03-04T10:40")),
        ("Ada Berg sagt:", Some("4. März 2025 um 10:40 Uhr"), "Ada Berg", Some("2025-03-04T10:40")),
        ("Ada Berg says:", Some("March 4, 2025 at 10:40 am"), "Ada Berg", Some("2025-03-04T10:40")),
        ("Ada Berg", Some("3 hours ago"), "Ada Berg", None),
        ("Ada Berg:", Some("2025-03-04 10:40"), "Ada Berg", Some("2025-03-04T10:40")),
    ];

    #[test]
    fn comments_are_signed_in_many_ways() {
        for (line, next, name, iso) in SIGNED {
            let wanted = Some(((*name).to_owned(), iso.map(str::to_owned)));
            assert_eq!(comment(line, *next), wanted, "{line}");
        }
    }

    #[test]
    fn prose_is_not_a_byline() {
        let prose = [
            "Wir sahen uns am 04.03.2025",
            "Null.",
            "Das war am 4. März 2025, 10:40 Uhr, und alle wussten es.",
            "Aktualisiert, 04.03.2025",
            "Die Linie 3 - 04.03.2025 - bleibt",
            "",
        ];
        for line in prose {
            assert_eq!(comment(line, Some("Text danach.")), None, "{line}");
        }
    }

    #[test]
    fn articles_state_author_and_date() {
        let cases: &[(&str, Option<&str>, Option<&str>)] = &[
            ("Von Ada Berg", Some("Ada Berg"), None),
            ("VonAda Berg", Some("Ada Berg"), None),
            ("Von Ada Berg und Karl Moor", Some("Ada Berg und Karl Moor"), None),
            ("Von Ada Berg, 04.03.2025", Some("Ada Berg"), Some("2025-03-04")),
            ("By Ada Berg | March 4, 2025", Some("Ada Berg"), Some("2025-03-04")),
            ("So erreichen Sie Ada Berg:", Some("Ada Berg"), None),
            ("4. März 2025", None, Some("2025-03-04")),
            ("Veröffentlicht am 04.03.2025", None, Some("2025-03-04")),
            ("Lokales / 04.03.2025 • 22:38 Uhr", None, Some("2025-03-04T22:38")),
        ];
        for (line, name, iso) in cases {
            let (_, found) = first(ARTICLE_BYLINES.iter().copied(), line, None).unwrap_or_default();
            let stamp = found.stamp.and_then(|stamp| stamp.iso);
            assert_eq!((found.name.as_deref(), stamp.as_deref()), (*name, *iso), "{line}");
        }
        assert!(first(ARTICLE_BYLINES.iter().copied(), "Von Anfang an war das klar", None).is_none());
        let (_, revised) =
            first(ARTICLE_BYLINES.iter().copied(), "Aktualisiert: 11.09.2023", None).unwrap_or_default();
        assert!(revised.updated.is_some() && revised.stamp.is_none());
    }
}

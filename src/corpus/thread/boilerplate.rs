//! What a saved page carries that is neither article nor comment, as a table of recognised kinds.
//!
//! A line is recognised by what it says to the reader of *any* site (`Anzeige`, `Share`, `Foto: …`)
//! or by its shape. A phrase of a new site is one string in the row of its kind.

use std::fmt;

use super::line::{Line, sentences};
use super::shape::{self, bare};

/// A kind of page text that is not the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Boilerplate {
    /// `Anzeige`, `Advertisement`.
    Advertising,
    /// Links and buttons: share, print, log in, reply, report.
    Control,
    /// `Lesezeit: 3 min`.
    ReadingTime,
    /// A picture's caption or credit.
    Caption,
    /// A licence or copyright line.
    Licence,
    /// `Dieser Browser wird nicht mehr unterstützt`, cookie notices.
    Browser,
    /// Offers of subscriptions and newsletters.
    Subscription,
    /// A box about the author.
    AuthorInfo,
    /// Links to other stories.
    Teaser,
    /// The heading or notice of the comment section.
    CommentSection,
    /// Section names and breadcrumbs above the headline.
    Section,
    /// A line of author or date; what it says went into the article's fields.
    Byline,
    /// The headline or another line once more.
    Repeat,
}

impl fmt::Display for Boilerplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Advertising => "advertising",
            Self::Control => "buttons and links of the page",
            Self::ReadingTime => "reading time",
            Self::Caption => "picture captions and credits",
            Self::Licence => "licence and copyright lines",
            Self::Browser => "browser and cookie notices",
            Self::Subscription => "subscription offers",
            Self::AuthorInfo => "box about the author",
            Self::Teaser => "teasers of other stories",
            Self::CommentSection => "heading or notice of the comment section",
            Self::Section => "section names above the headline",
            Self::Byline => "author and date lines",
            Self::Repeat => "repeated lines",
        })
    }
}

/// How a line is recognised. Words are compared in lower case.
enum Test {
    /// The whole line, a trailing colon or number aside.
    Is(&'static [&'static str]),
    /// The line starts so, and is no running text of several sentences.
    Starts(&'static [&'static str]),
    /// The line ends so.
    Ends(&'static [&'static str]),
    /// The line holds one of the first and one of the second.
    HoldsBoth(&'static [&'static str], &'static [&'static str]),
    /// Anything else.
    Shape(fn(&str) -> bool),
}

/// The table: a kind and how its lines are recognised; the first row that fits wins.
#[rustfmt::skip]
const RULES: &[(Boilerplate, Test)] = &[
    (Boilerplate::Advertising, Test::Is(&["anzeige", "anzeigen", "werbung", "advertisement", "advertising", "ad",
        "advertorial", "sponsored", "sponsored content", "werbung wird geladen", "article continues below"])),
    (Boilerplate::Control, Test::Shape(shape::only_controls)),
    (Boilerplate::ReadingTime, Test::Starts(&["lesezeit", "lesedauer", "reading time"])),
    (Boilerplate::ReadingTime, Test::Shape(shape::reading_time)),
    (Boilerplate::Licence, Test::HoldsBoth(&["licensed under", "creative commons", "lizenz", " cc by", "all rights reserved",
        "alle rechte vorbehalten"], &["cc", "licen", "lizenz", "reserved", "vorbehalten", "commons"])),
    (Boilerplate::Browser, Test::HoldsBoth(&["browser", "javascript", "cookies"],
        &["nicht mehr unterstützt", "bitte", "please", "no longer supported", "not supported", "out of date", "veraltet",
        "wir verwenden", "we use", "enable", "aktivieren"])),
    (Boilerplate::Caption, Test::Starts(&["archivbild", "symbolbild", "beitragsbild", "symbolfoto", "archivfoto", "titelbild",
        "file photo", "foto:", "fotos:", "bild:", "bildquelle", "photo:", "photograph:", "image:", "©"])),
    (Boilerplate::Caption, Test::Shape(shape::ends_in_credit)),
    (Boilerplate::Subscription, Test::Starts(&["jetzt abonnieren", "jetzt testen", "jetzt weiterlesen", "abonnieren sie",
        "subscribe to", "subscribe now", "subscribe for", "sign up for", "sign up to", "already a subscriber", "sie haben bereits ein abo",
        "sie sind bereits abonnent", "bereits abonnent", "melden sie sich für unseren newsletter", "unser newsletter",
        "become a member", "this article is for subscribers", "dieser artikel ist für abonnenten", "testen sie jetzt"])),
    (Boilerplate::Subscription, Test::Shape(shape::read_on)),
    (Boilerplate::AuthorInfo, Test::Is(AUTHOR_HEADS)),
    (Boilerplate::AuthorInfo, Test::Starts(&["so erreichen sie ", "mehr von diesem autor", "alle artikel von ", "more from this author",
        "follow the author", "zur person: "])),
    (Boilerplate::AuthorInfo, Test::Shape(shape::address)),
    (Boilerplate::Teaser, Test::Is(TEASER_HEADS)),
    (Boilerplate::Teaser, Test::Starts(&[">>", "»»", "→", "▶", "➤", "lesen sie auch:", "lesen sie hierzu:", "lesen sie mehr:",
        "mehr zum thema:", "auch interessant:", "read more:", "read also:", "see also:", "related:"])),
    (Boilerplate::Teaser, Test::Ends(&["[premium]", "[plus]", "(plus)", "[paid]", "(€)"])),
    (Boilerplate::CommentSection, Test::Is(shape::COMMENT_HEADS)),
    (Boilerplate::CommentSection, Test::Shape(shape::comment_count)),
    (Boilerplate::CommentSection, Test::HoldsBoth(&["kommentarfunktion", "kommentarbereich", "comments", "commenting"],
        &["geschlossen", "deaktiviert", "closed", "disabled"])),
    (Boilerplate::Section, Test::Shape(shape::breadcrumbs)),
];

/// Headings of a box about the author.
pub(super) const AUTHOR_HEADS: &[&str] = &[
    "autoreninfo",
    "autoreninfos",
    "über den autor",
    "über die autorin",
    "zum autor",
    "zur autorin",
    "zur person",
    "about the author",
    "about the writer",
    "der autor",
    "die autorin",
];

/// Headings of a list of other stories.
#[rustfmt::skip]
pub(super) const TEASER_HEADS: &[&str] = &[
    "mehr zum thema", "mehr zu diesem thema", "lesen sie mehr zu diesen themen", "lesen sie mehr zum thema", "lesen sie auch",
    "das könnte sie auch interessieren", "das könnte dich auch interessieren", "auch interessant", "weitere artikel",
    "weitere themen", "weitere meldungen", "meistgelesen", "meistgelesene artikel", "neueste artikel", "verwandte artikel",
    "ähnliche artikel", "mehr aus dem ressort", "aus dem archiv", "empfohlene artikel", "related articles", "related stories",
    "related", "related topics", "more on this topic", "more on this story", "more stories", "most read", "most popular",
    "read more", "read next", "recommended", "recommended for you", "you may also like", "you might also like", "top stories",
    "editors' picks", "latest news", "trending",
];

/// The kind of `line`, if it is recognised alone.
pub(super) fn kind(line: &Line) -> Option<Boilerplate> {
    let lower = line.text.to_lowercase();
    let (kind, _) = RULES.iter().find(|(_, test)| test.fits(line.text, &lower))?;
    Some(*kind)
}

/// Whether the line is one of `heads`, a trailing colon or count aside.
pub(super) fn is_head(text: &str, heads: &[&str]) -> bool {
    let lower = text.to_lowercase();
    heads.contains(&bare(&lower))
}

impl Test {
    fn fits(&self, text: &str, lower: &str) -> bool {
        let short = text.chars().count() <= 240;
        match self {
            Self::Is(lines) => lines.contains(&bare(lower)),
            Self::Starts(starts) => {
                short && sentences(text) <= 2 && starts.iter().any(|start| lower.starts_with(start))
            }
            Self::Ends(ends) => short && ends.iter().any(|end| lower.ends_with(end)),
            Self::HoldsBoth(first, second) => {
                let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
                text.chars().count() <= 400 && sentences(text) <= 3 && holds(first) && holds(second)
            }
            Self::Shape(shape) => shape(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::split;
    use super::*;

    fn kind_of(text: &str) -> Option<Boilerplate> {
        kind(split(text).first()?)
    }

    #[rustfmt::skip]
    const LINES: &[(&str, Boilerplate)] = &[
        ("ANZEIGE", Boilerplate::Advertising),
        ("Advertisement", Boilerplate::Advertising),
        ("  • Drucken", Boilerplate::Control),
        ("Teilen | Drucken | Per Mail", Boilerplate::Control),
        ("Share Tweet Print", Boilerplate::Control),
        ("Antworten (3)", Boilerplate::Control),
        ("Lesezeit: 3 min", Boilerplate::ReadingTime),
        ("5 min read", Boilerplate::ReadingTime),
        ("3 Min. Lesezeit", Boilerplate::ReadingTime),
        ("Die neue Brücke am Abend (Foto: dpa)", Boilerplate::Caption),
        ("Die neue Brücke am Abend. Foto: Ada Berg", Boilerplate::Caption),
        ("Am Fluss: die Brücke / picture alliance", Boilerplate::Caption),
        ("Die neue Brücke am AbendAPA/AFP/KARL MOOR", Boilerplate::Caption),
        ("Die Brücke wurde im Mai eröffnet. KCNA", Boilerplate::Caption),
        ("The new bridge at dusk. © Ada Berg", Boilerplate::Caption),
        ("Symbolbild: eine Brücke", Boilerplate::Caption),
        ("\"Bridge.jpg\" by Ada Berg is licensed under CC BY 4.0.", Boilerplate::Licence),
        ("© 2025 Verlag. Alle Rechte vorbehalten.", Boilerplate::Licence),
        ("Dieser Browser wird nicht mehr unterstützt", Boilerplate::Browser),
        ("Please enable JavaScript to read this page.", Boilerplate::Browser),
        ("Blatt Plus weiterlesen", Boilerplate::Subscription),
        ("Subscribe now for full access.", Boilerplate::Subscription),
        ("Autoreninfo", Boilerplate::AuthorInfo),
        ("So erreichen Sie Ada Berg:", Boilerplate::AuthorInfo),
        ("ada.berg@example.org", Boilerplate::AuthorInfo),
        ("Mehr zum Thema", Boilerplate::Teaser),
        ("Lesen Sie auch: Was die Brücke kostet", Boilerplate::Teaser),
        (">>> Was die Brücke kostet [premium]", Boilerplate::Teaser),
        ("Kommentare (7)", Boilerplate::CommentSection),
        ("12 Comments", Boilerplate::CommentSection),
        ("Die Kommentarfunktion ist geschlossen.", Boilerplate::CommentSection),
        ("Startseite > Lokales > Verkehr", Boilerplate::Section),
    ];

    #[test]
    fn each_kind_is_recognised() {
        for (text, wanted) in LINES {
            assert_eq!(kind_of(text), Some(*wanted), "{text}");
        }
    }

    #[test]
    fn the_article_is_left_alone() {
        let article = [
            "Die Brücke kostet 40 Millionen Euro, wie die Stadt am Montag mitteilte.",
            "Der Verlag erhöht den Preis für das Abo auf 9,80 € im Monat.",
            "Der Rat stimmte mit 21 gegen 20 Stimmen für die neue Linie (dpa).",
            "Wer die Seite besucht, sieht ein Foto: Es zeigt die Brücke vor hundert Jahren. Damals fuhr hier die Bahn.",
            "Streit um die Linden",
            "„Der Browser ist heute das Betriebssystem“, sagt die Forscherin.",
            "Anzeige erstattet hat bisher niemand.",
        ];
        for text in article {
            assert_eq!(kind_of(text), None, "{text}");
        }
    }
}

//! Shapes of lines that no list of phrases can name: credits, offers, counts, breadcrumbs.

use super::line::{Line, ends_sentence, sentences};

/// Words on the buttons and links of a page; a line of nothing else is no text.
#[rustfmt::skip]
const CONTROLS: &[&str] = &[
    "drucken", "artikel drucken", "teilen", "artikel teilen", "merken", "kommentieren", "vorlesen", "anhören",
    "artikel anhören", "feedback", "link kopieren", "per mail", "e-mail", "email", "mail", "whatsapp", "facebook",
    "twitter", "x", "linkedin", "xing", "telegram", "bluesky", "mastodon", "threads", "reddit", "flipboard",
    "pocket", "anmelden", "einloggen", "abmelden", "login", "registrieren", "suche", "menü", "startseite",
    "zur startseite", "nach oben", "mehr erfahren", "mehr anzeigen", "mehr laden", "weitere kommentare laden",
    "antworten", "antwort schreiben", "antworten anzeigen", "antworten ausblenden", "zitieren", "melden", "kommentar melden",
    "kommentar schreiben", "permalink", "gefällt mir", "share", "share this", "share this article", "print", "tweet", "post",
    "save", "copy link", "listen", "log in", "log in to reply", "sign in", "register", "search", "menu", "home", "back to top",
    "show more", "load more", "load more comments", "reply", "report", "report comment", "quote", "like", "upvote", "downvote",
    "view replies", "hide replies", "follow", "folgen", "schriftgröße", "impressum", "datenschutz", "agb", "kontakt", "contact",
    "privacy policy", "terms of use", "cookie-einstellungen", "cookie settings", "nutzungsbedingungen", "kommentar absenden",
];

/// Agencies and picture services, as captions and agency lines name them.
#[rustfmt::skip]
const AGENCIES: &[&str] = &[
    "dpa", "afp", "apa", "ap", "reuters", "epd", "kna", "sda", "sid", "red", "epa", "keystone", "imago", "getty",
    "picture alliance", "picture-alliance", "shutterstock", "istock", "unsplash", "pixabay", "pexels", "adobe stock",
    "alamy", "wikimedia", "ullstein", "action press", "zuma", "pa media", "ddp", "bloomberg",
];

/// What introduces the credit at the end of a caption.
const CREDITS: &[&str] = &[
    "foto:",
    "fotos:",
    "bild:",
    "bilder:",
    "grafik:",
    "photo:",
    "photos:",
    "photograph:",
    "image:",
    "picture:",
    "credit:",
    "©",
    "(c)",
    "bildquelle:",
    "photo by",
    "image by",
];

/// Words of a subscription offer, in a row of short lines.
#[rustfmt::skip]
const OFFERS: &[&str] = &[
    "abo", "abonn", "gratis", "kündbar", "kostenlos testen", "probemonat", "e-paper", "epaper", "subscri", "free trial",
    "cancel any", "per month", "monat", "/month", "a month", "plus-inhalte", "digital access", "unlimited access",
];

/// Headings of the comment section.
pub(super) const COMMENT_HEADS: &[&str] = &[
    "kommentare",
    "leserkommentare",
    "alle kommentare",
    "leserbriefe",
    "lesermeinungen",
    "diskussion",
    "forum",
    "comments",
    "reader comments",
    "all comments",
    "discussion",
    "conversation",
    "join the conversation",
    "join the discussion",
    "responses",
    "kommentare zu diesem artikel",
    "kommentare zum artikel",
];

/// A heading without the colon, number or count behind it.
pub(super) fn bare(lower: &str) -> &str {
    lower.trim_end_matches(|c: char| c.is_ascii_digit() || " :()[]…".contains(c))
}

/// Nothing but words of [`CONTROLS`].
pub(super) fn only_controls(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut parts =
        lower.split(['|', '·', '•', ',', '/']).map(bare).map(str::trim).filter(|p| !p.is_empty()).peekable();
    let known = |part: &str| CONTROLS.contains(&part);
    let mut words = lower.split_whitespace().peekable();
    parts.peek().is_some() && parts.all(known) || words.peek().is_some() && words.all(known)
}

/// `5 min read`, `3 Min. Lesezeit`.
pub(super) fn reading_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let counted = lower.starts_with(|c: char| c.is_ascii_digit()) && lower.chars().count() <= 30;
    counted && lower.contains("min") && (lower.ends_with("read") || lower.ends_with("lesezeit"))
}

/// `… (Foto: dpa)`, `… / picture alliance`, `… APA/AFP/NAME`, `… im Hafen. KCNA`.
pub(super) fn ends_in_credit(text: &str) -> bool {
    let lower = text.to_lowercase();
    let tail =
        |at: usize| lower.get(at..).is_some_and(|rest| rest.chars().count() <= 60 && sentences(rest) == 1);
    let named = CREDITS.iter().filter_map(|mark| Some((lower.rfind(mark)?, mark.len())));
    let credited = named.into_iter().any(|(at, len)| tail(at + len));
    credited || agency_behind_mark(&lower) || agency_path(text) || lone_capitals(text)
}

/// The text behind the last `/`, `|` or `(` starts with an agency, and no sentence ends there.
fn agency_behind_mark(lower: &str) -> bool {
    let Some((before, behind)) = lower.rsplit_once(['/', '|', '(']) else { return false };
    let behind = behind.trim();
    // `(dpa)` closing a paragraph, or opening one, belongs to the article.
    let agency_line = ends_sentence(before) || ends_sentence(behind) || before.trim().is_empty();
    let after = |agency: &&&str| {
        behind.strip_prefix(**agency).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    !agency_line && AGENCIES.iter().any(|agency| after(&agency)) && behind.chars().count() <= 60
}

/// Ends in `AFP/POOL/NAME`: capitals joined by slashes.
fn agency_path(text: &str) -> bool {
    let Some(slash) = text.rfind('/') else { return false };
    let head = text[..slash].rsplit(|c: char| !c.is_uppercase() && c != '/').next().unwrap_or_default();
    let tail = &text[slash + 1..];
    let capitals = |part: &str| part.chars().filter(|c| c.is_uppercase()).count() >= 2;
    capitals(head) && capitals(tail) && tail.chars().count() <= 40 && !tail.chars().any(char::is_lowercase)
}

/// A finished sentence and one word in capitals behind it.
fn lone_capitals(text: &str) -> bool {
    let Some((before, last)) = text.rsplit_once(char::is_whitespace) else { return false };
    let length = last.chars().count();
    ends_sentence(before) && (2..=12).contains(&length) && last.chars().all(char::is_uppercase)
}

/// `Magazin Plus weiterlesen`, `Continue reading`.
pub(super) fn read_on(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = lower.split_whitespace().count();
    words <= 6
        && !ends_sentence(text)
        && (lower.ends_with("weiterlesen")
            || lower.starts_with("continue reading")
            || lower.ends_with("to continue reading"))
}

/// A line that is nothing but an address.
pub(super) fn address(text: &str) -> bool {
    let one = !text.contains(char::is_whitespace);
    one && (text.starts_with("http") || text.starts_with("www.") || text.contains('@') && text.contains('.'))
}

/// `7 Kommentare`, `12 Comments`, `3 thoughts on …`.
pub(super) fn comment_count(text: &str) -> bool {
    let lower = text.to_lowercase();
    let rest = lower.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < lower.len()
        && (COMMENT_HEADS.contains(&rest.trim())
            || [" thoughts on ", " gedanken zu "].iter().any(|s| rest.starts_with(s)))
}

/// `Startseite > Lokales > Verkehr`.
pub(super) fn breadcrumbs(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['>', '›', '»']).map(str::trim).collect();
    parts.len() >= 2
        && text.chars().count() <= 100
        && parts.iter().all(|p| (1..=30).contains(&p.chars().count()))
        && !ends_sentence(text)
}

/// Whether a run of lines is a subscription offer: short lines, two of which speak of one.
pub(super) fn is_offer(block: &[Line]) -> bool {
    let offers = |line: &&Line| {
        let lower = line.text.to_lowercase();
        priced(&lower) || OFFERS.iter().any(|word| lower.contains(word))
    };
    let short = block.iter().all(|line| line.text.chars().count() <= 200);
    let listed = block.len() >= 3 || block.iter().any(Line::bullet);
    let sale = block.iter().any(|line| priced(&line.text.to_lowercase()));
    let count = block.iter().filter(offers).count();
    short && listed && count >= 2 && (sale || 2 * count >= block.len())
}

/// Whether a price stands there: a currency sign beside a digit.
fn priced(lower: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    lower.char_indices().filter(|(_, c)| "€$£".contains(*c)).any(|(at, sign)| {
        let before = lower[..at].trim_end().chars().next_back();
        digit(before) || digit(lower[at + sign.len_utf8()..].trim_start().chars().next())
    })
}

/// What an agency line credits: `(APA/dpa/Red.)` gives `APA/dpa/Red.`.
pub(super) fn agency_line(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let parts: Vec<&str> = inner.split(['/', ',']).map(|part| part.trim().trim_end_matches('.')).collect();
    let agency = |part: &&str| AGENCIES.contains(&part.to_lowercase().as_str());
    let short = parts.iter().all(|part| (1..=12).contains(&part.chars().count()));
    (short && parts.iter().any(agency)).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::super::line::split;
    use super::*;

    #[test]
    fn an_offer_is_a_run_of_short_lines_about_money() {
        let offer = split("• Schnupperabo\n1,00 €\nAlles lesen\n• sechs Wochen gratis\n• sofort kündbar");
        assert!(is_offer(&offer));
        assert!(!is_offer(&split("Das Abo kostet 9,80 € im Monat, teilte der Verlag am Montag mit.")));
        assert!(!is_offer(&split("Was das Rad kostet:\n• Rahmen: 300 €\n• Bremsen\n• Licht\n• Sattel")));
    }

    #[test]
    fn an_agency_line_credits_agencies() {
        assert_eq!(agency_line("(APA/dpa/Red.)"), Some("APA/dpa/Red."));
        assert_eq!(agency_line("(dpa)"), Some("dpa"));
        assert_eq!(agency_line("(am Montag)"), None);
    }
}

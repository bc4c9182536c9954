//! Dates and times as German and English pages print them, to ISO 8601.
//!
//! Everything here reads a *prefix*: what was understood and the text after it.
//! A date that cannot be known from the page alone (`3 hours ago`, `04/03/2025`)
//! is still recognised as one, but has no ISO form: a blank beats a guess.

/// A moment printed on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// ISO 8601 to the precision printed (`2025-03-04`, `2025-03-04T10:40`), in the page's own
    /// time zone; `None` when the page gives it relative to now or in an ambiguous order.
    pub(super) iso: Option<String>,
}

/// A value read and the text after it.
type Read<'t, T> = Option<(T, &'t str)>;

/// Month names and abbreviations, January first; lower case, without full stop.
const MONTHS: [&[&str]; 12] = [
    &["januar", "jänner", "january", "jan"],
    &["februar", "feber", "february", "feb", "febr"],
    &["märz", "maerz", "march", "mär", "mrz", "mar"],
    &["april", "apr"],
    &["mai", "may"],
    &["juni", "june", "jun"],
    &["juli", "july", "jul"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["oktober", "october", "okt", "oct"],
    &["november", "nov"],
    &["dezember", "december", "dez", "dec"],
];

/// Days of the week in both languages: read and not needed.
#[rustfmt::skip]
const WEEKDAYS: &[&str] = &[
    "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "mo", "di", "mi", "do", "fr", "sa", "so", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat",
    "sun",
];

/// What stands between a date and its time, or a time and its date; longer forms first.
const BETWEEN: &[&str] =
    &[" um ", ", um ", " at ", ", at ", " - ", " – ", " — ", " • ", " · ", " | ", " / ", ", ", "T", " "];

/// Units of a moment relative to now.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "sekunde", "sekunden", "minute", "minuten", "min", "stunde", "stunden", "std", "tag", "tagen", "tage",
    "woche", "wochen", "monat", "monaten", "jahr", "jahren",
    "second", "seconds", "minutes", "mins", "hour", "hours", "day", "days", "week", "weeks", "month", "months",
    "year", "years",
];

/// Words for a single unit.
const ONE: &[&str] = &["ein", "eine", "einem", "einer", "a", "an", "one"];

/// Days named from today.
const NEAR: &[&str] = &["heute", "gestern", "vorgestern", "today", "yesterday"];

/// Reads `[weekday] date [time]`, `time, date`, or a moment relative to now.
pub(super) fn stamp(text: &str) -> Read<'_, Stamp> {
    let text = text.trim_start();
    relative(text).or_else(|| dated(skip_weekday(text))).or_else(|| timed(text))
}

fn dated(text: &str) -> Read<'_, Stamp> {
    let (day, rest) = date(text)?;
    let (clock, rest) = match after_between(rest, time) {
        Some((clock, rest)) => (format!("T{clock}"), rest),
        None => (String::new(), rest),
    };
    Some((Stamp { iso: day.map(|day| day + &clock) }, rest))
}

fn timed(text: &str) -> Read<'_, Stamp> {
    let (clock, rest) = time(text)?;
    let (day, rest) = after_between(rest, |text| date(skip_weekday(text)))?;
    Some((Stamp { iso: day.map(|day| format!("{day}T{clock}")) }, rest))
}

/// What `read` finds after one of [`BETWEEN`].
fn after_between<'t, T>(text: &'t str, read: impl Fn(&'t str) -> Read<'t, T>) -> Read<'t, T> {
    BETWEEN.iter().find_map(|between| read(text.strip_prefix(between)?))
}

/// `vor 3 Stunden`, `3 hours ago`, `gestern, 10:40 Uhr`.
fn relative(text: &str) -> Read<'_, Stamp> {
    let Some((first, rest)) = word(text) else { return ago(text) };
    let rest = match first.as_str() {
        "vor" => span(rest.trim_start())?,
        near if NEAR.contains(&near) => after_between(rest, time).map_or(rest, |(_, rest)| rest),
        _ => return ago(text),
    };
    Some((Stamp { iso: None }, rest))
}

fn ago(text: &str) -> Read<'_, Stamp> {
    let (ago, rest) = word(span(text)?.trim_start())?;
    (ago == "ago").then_some((Stamp { iso: None }, rest))
}

/// The text after `3 Stunden`, `einer Stunde`, `an hour`.
fn span(text: &str) -> Option<&str> {
    let rest = match number(text) {
        Some((_, _, rest)) => rest,
        None => word(text).filter(|(one, _)| ONE.contains(&one.as_str()))?.1,
    };
    let (unit, rest) = word(rest.trim_start())?;
    UNITS.contains(&unit.as_str()).then(|| rest.strip_prefix('.').unwrap_or(rest))
}

fn skip_weekday(text: &str) -> &str {
    match word(text) {
        Some((day, rest)) if WEEKDAYS.contains(&day.as_str()) => {
            rest.trim_start_matches(['.', ',', ' ', '\u{a0}'])
        }
        _ => text,
    }
}

/// A calendar date; the outer `Some(None)` is a date in an order that cannot be told.
fn date(text: &str) -> Read<'_, Option<String>> {
    if let Some((month, rest)) = month(text) {
        let (day, _, rest) = number(rest.trim_start())?;
        let (year, rest) = year(ordinal_end(rest).trim_start_matches([',', ' ', '\u{a0}']))?;
        return Some((Some(iso(year, month, day)?), rest));
    }
    let (first, digits, rest) = number(text)?;
    if digits == 4 {
        return year_first(first, rest);
    }
    if let Some((month, rest)) = month(ordinal_end(rest).trim_start()) {
        let (year, rest) = year(rest.trim_start_matches([',', ' ', '\u{a0}']))?;
        return Some((Some(iso(year, month, first)?), rest));
    }
    let mark = rest.chars().next().filter(|c| "./-".contains(*c))?;
    let (second, _, rest) = number(rest[1..].trim_start())?;
    let (year, rest) = year(rest.strip_prefix(mark)?.trim_start())?;
    let day = if mark == '.' { Some(iso(year, second, first)?) } else { unordered(year, first, second)? };
    Some((day, rest))
}

fn year_first(year: u32, rest: &str) -> Read<'_, Option<String>> {
    let mark = rest.chars().next().filter(|c| "./-".contains(*c))?;
    let (month, _, rest) = number(&rest[1..])?;
    let (day, _, rest) = number(rest.strip_prefix(mark)?)?;
    Some((Some(iso(year, month, day)?), rest))
}

/// `13/09/2023` and `09/13/2023` can be told apart, `04/03/2025` cannot.
fn unordered(year: u32, first: u32, second: u32) -> Option<Option<String>> {
    match (iso(year, second, first), iso(year, first, second)) {
        (Some(a), Some(b)) if a != b => Some(None),
        (a, b) => a.or(b).map(Some),
    }
}

/// Past the ending of a day: `7.`, `7th`, `7th of`.
fn ordinal_end(text: &str) -> &str {
    let text = text.strip_prefix('.').unwrap_or(text);
    let text = ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_prefix(end)).unwrap_or(text);
    text.strip_prefix(" of ").unwrap_or(text)
}

fn month(text: &str) -> Read<'_, u32> {
    let (name, rest) = word(text)?;
    let index = MONTHS.iter().position(|names| names.contains(&name.as_str()))?;
    Some((index as u32 + 1, rest.strip_prefix('.').unwrap_or(rest)))
}

/// Four digits, or two for this century.
fn year(text: &str) -> Read<'_, u32> {
    match number(text)? {
        (year, 4, rest) => Some((year, rest)),
        (year, 2, rest) => Some((2000 + year, rest)),
        _ => None,
    }
}

fn iso(year: u32, month: u32, day: u32) -> Option<String> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=last).contains(&day).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// A time of day: `10:40`, `10:40:05`, `10.40 Uhr`, `10 Uhr`, `10:40 p.m.`, with `Z` or `+02:00` if printed.
fn time(text: &str) -> Read<'_, String> {
    let (hour, _, rest) = number(text)?;
    let (minute, second, rest) = minutes(rest);
    let (hour, rest, marked) = day_half(hour, rest)?;
    // A bare or dotted number is a time only where the page says so.
    let plain = text[..text.len() - rest.len()].contains(':');
    if hour > 23 || minute.unwrap_or(0) > 59 || second.unwrap_or(0) > 59 || !(plain || marked) {
        return None;
    }
    let (zone, rest) = zone(rest);
    let second = second.map(|s| format!(":{s:02}")).unwrap_or_default();
    Some((format!("{hour:02}:{:02}{second}{zone}", minute.unwrap_or(0)), rest))
}

fn minutes(text: &str) -> (Option<u32>, Option<u32>, &str) {
    let pair = |text: &str, mark: char| {
        let (value, digits, rest) = number(text.strip_prefix(mark)?)?;
        (digits == 2).then_some((value, text.len() - rest.len()))
    };
    let Some((minute, used)) = pair(text, ':').or_else(|| pair(text, '.')) else {
        return (None, None, text);
    };
    let rest = &text[used..];
    match pair(rest, ':') {
        Some((second, used)) => (Some(minute), Some(second), &rest[used..]),
        None => (Some(minute), None, rest),
    }
}

/// Applies `Uhr`, `am`, `pm`; the flag says whether one stood there.
fn day_half(hour: u32, text: &str) -> Option<(u32, &str, bool)> {
    let trimmed = text.trim_start();
    let lower = trimmed.to_ascii_lowercase();
    let ends = |mark: &str| {
        lower.starts_with(mark) && !lower[mark.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    for mark in ["uhr", "a.m.", "am", "p.m.", "pm"] {
        if ends(mark) {
            let hour = match mark.as_bytes()[0] {
                b'u' => hour,
                _ if !(1..=12).contains(&hour) => return None,
                b'a' => hour % 12,
                _ => hour % 12 + 12,
            };
            return Some((hour, &trimmed[mark.len()..], true));
        }
    }
    Some((hour, text, false))
}

fn zone(text: &str) -> (&str, &str) {
    let offset = |text: &str| {
        let (_, digits, rest) = number(text.strip_prefix(['+', '-'])?)?;
        let (_, minutes, rest) = number(rest.strip_prefix(':')?)?;
        (digits == 2 && minutes == 2).then(|| text.len() - rest.len())
    };
    let used = if text.starts_with('Z') { 1 } else { offset(text).unwrap_or(0) };
    text.split_at(used)
}

/// A number of at most four digits, how many there were, and the rest.
fn number(text: &str) -> Option<(u32, usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4)
        .contains(&digits)
        .then(|| text.split_at(digits))?
        .0
        .parse()
        .ok()
        .map(|n| (n, digits, &text[digits..]))
}

/// A run of letters in lower case, and the rest.
fn word(text: &str) -> Read<'_, String> {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_lowercase(), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a line prints, its ISO form, and what is left over.
    #[rustfmt::skip]
    const CASES: &[(&str, Option<&str>, &str)] = &[
        ("11.09.2023", Some("2023-09-11"), ""),
        ("11.9.23 tail", Some("2023-09-11"), " tail"),
        ("11.09.2023 11:26", Some("2023-09-11T11:26"), ""),
        ("11.09.2023 • 22:38 Uhr", Some("2023-09-11T22:38"), ""),
        ("11.09.2023 um 9.05 Uhr", Some("2023-09-11T09:05"), ""),
        ("11.09.2023, 9 Uhr:", Some("2023-09-11T09:00"), ":"),
        ("Di., 4. März 2025 - 10:40", Some("2025-03-04T10:40"), ""),
        ("Dienstag, 4. Mrz. 2025 – 10:40", Some("2025-03-04T10:40"), ""),
        ("3. Jänner 2024", Some("2024-01-03"), ""),
        ("10:40 Uhr, 4. März 2025", Some("2025-03-04T10:40"), ""),
        ("March 4, 2025 at 10:40 p.m.", Some("2025-03-04T22:40"), ""),
        ("Sept. 7th, 2023, 12:05 am", Some("2023-09-07T00:05"), ""),
        ("Tuesday 4th of March 2025", Some("2025-03-04"), ""),
        ("2025-03-04T10:40:05+01:00", Some("2025-03-04T10:40:05+01:00"), ""),
        ("2025-03-04 10:40Z", Some("2025-03-04T10:40Z"), ""),
        ("13/09/2023 10:40", Some("2023-09-13T10:40"), ""),
        ("09/13/2023", Some("2023-09-13"), ""),
        ("04/03/2025 10:40", None, ""),
        ("vor 3 Stunden", None, ""),
        ("vor einer Std. weiter", None, " weiter"),
        ("an hour ago", None, ""),
        ("3 hours ago", None, ""),
        ("gestern, 10:40 Uhr", None, ""),
        ("29.02.2024", Some("2024-02-29"), ""),
    ];

    #[test]
    fn known_forms_become_iso() {
        for (printed, iso, rest) in CASES {
            let wanted = (Stamp { iso: iso.map(str::to_owned) }, *rest);
            assert_eq!(stamp(printed), Some(wanted), "{printed}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_read_as_one() {
        let others = [
            "",
            "32.01.2025",
            "29.02.2023",
            "4. Strophe 2025",
            "12:99",
            "vor allem",
            "3 hours",
            "März",
            "10:40",
        ];
        for text in others {
            assert_eq!(stamp(text), None, "{text}");
        }
    }
}

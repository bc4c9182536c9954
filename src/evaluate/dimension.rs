//! What rows are told apart by, and what each row says about it.

use serde::Serialize;

use crate::comment::Comment;
use crate::corpus::Corpus;

/// Names that people without one are given by exports.
const NOBODY: [&str; 8] =
    ["anonym", "anonymous", "anonymus", "gast", "guest", "unbekannt", "unknown", "nutzer gelöscht"];
/// Upper ends of the length bands, in characters.
const LENGTHS: [usize; 5] = [40, 100, 200, 400, 800];

/// What rows are told apart by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Length of the text in characters.
    Length,
    /// Hour of the day at which it was written, as the table says it.
    Hour,
    /// Whether the author has a name.
    Author,
    /// The article.
    Article,
    /// A further column of the corpus.
    Column(String),
}

/// The value of a dimension that the rows of a slice share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Characters: from and to, both inclusive; `None`: and more.
    Length(usize, Option<usize>),
    /// 0–23.
    Hour(u8),
    /// The author has a name.
    Named,
    /// The author has none.
    Anonymous,
    /// Article identifier or cell.
    Text(String),
    /// The table does not say.
    Blank,
}

/// The dimensions that `corpus` has something to say about.
pub fn dimensions(corpus: &Corpus) -> Vec<Dimension> {
    let any = |said: fn(&Comment) -> bool| corpus.examples.iter().any(|e| said(&e.comment));
    let mut dimensions = vec![Dimension::Length];
    if any(|c| hour(&c.created_at).is_some()) {
        dimensions.push(Dimension::Hour);
    }
    dimensions.extend(corpus.columns.iter().cloned().map(Dimension::Column));
    if any(|c| !c.author.is_empty()) {
        dimensions.push(Dimension::Author);
    }
    if any(|c| !c.article_id.is_empty()) {
        dimensions.push(Dimension::Article);
    }
    dimensions
}

impl Dimension {
    /// The value of row `row`.
    pub fn value(&self, corpus: &Corpus, row: usize) -> Value {
        let example = &corpus.examples[row];
        let text = |cell: &str| match cell.trim() {
            "" => Value::Blank,
            cell => Value::Text(cell.to_owned()),
        };
        match self {
            Self::Length => length(example.comment.text.trim().chars().count()),
            Self::Hour => hour(&example.comment.created_at).map_or(Value::Blank, Value::Hour),
            Self::Author => author(&example.comment.author),
            Self::Article => text(&example.comment.article_id),
            Self::Column(name) => {
                let at = corpus.columns.iter().position(|column| column == name);
                text(at.and_then(|at| example.extra.get(at)).map_or("", String::as_str))
            }
        }
    }
}

fn length(characters: usize) -> Value {
    let band = LENGTHS.iter().position(|&end| characters <= end).unwrap_or(LENGTHS.len());
    let from = if band == 0 { 0 } else { LENGTHS[band - 1] + 1 };
    Value::Length(from, LENGTHS.get(band).copied())
}

fn author(name: &str) -> Value {
    let name = name.trim().to_lowercase();
    match name.is_empty() || NOBODY.contains(&name.as_str()) {
        true => Value::Anonymous,
        false => Value::Named,
    }
}

/// The hour of the first `H:MM` or `HH:MM` in a date, behind a blank or a `T`.
pub fn hour(date: &str) -> Option<u8> {
    let clock = date.split(['T', 't', ' ', ',']).skip(1).find(|part| part.contains(':'))?;
    let (hour, minutes) = clock.split_once(':')?;
    let is_clock = minutes.len() >= 2 && minutes.as_bytes()[..2].iter().all(u8::is_ascii_digit);
    hour.parse().ok().filter(|hour| is_clock && *hour < 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_from_the_dates_of_exports() {
        let cases = [
            ("2025-02-11T09:37", Some(9)),
            ("2025-02-11T23:59:01+01:00", Some(23)),
            ("11.02.2025 7:05", Some(7)),
            ("11.02.2025, 17:05 Uhr", Some(17)),
            ("2025-02-11", None),
            ("2025-02-11T25:00", None),
            ("gestern", None),
            ("", None),
        ];
        for (date, expected) in cases {
            assert_eq!(hour(date), expected, "{date}");
        }
    }

    #[test]
    fn bands_of_length_meet_without_a_gap() {
        let cases = [
            (0, 0, Some(40)),
            (40, 0, Some(40)),
            (41, 41, Some(100)),
            (800, 401, Some(800)),
            (801, 801, None),
        ];
        for (characters, from, to) in cases {
            assert_eq!(length(characters), Value::Length(from, to), "{characters}");
        }
    }
}

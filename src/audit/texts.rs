//! Texts that were damaged on their way, and texts in another language than the others.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Place, place};
use crate::corpus::Corpus;
use crate::evaluate::Scored;

/// Letters a text must have before its language is guessed.
const LETTERS: usize = 60;
/// Confidence of whatlang from which a language is believed, 0–1.
const CONFIDENT: f64 = 0.9;

/// Damaged and foreign texts.
#[derive(Clone, Debug, Serialize)]
pub struct Texts {
    /// UTF-8 that was read as Windows-1252 (`fÃ¼r`).
    pub mojibake: Vec<Place>,
    /// Texts with U+FFFD, where a character was lost for good.
    pub lost: Vec<Place>,
    /// The language most texts are in, ISO 639-3; `None` if no text is long enough to tell.
    pub language: Option<&'static str>,
    /// Texts in another language.
    pub foreign: Vec<Foreign>,
    /// What these rows cost, per label that could be learned.
    pub costs: Vec<TextCost>,
}

/// A text in another language than most.
#[derive(Clone, Debug, Serialize)]
pub struct Foreign {
    /// Its language, ISO 639-3.
    pub language: &'static str,
    /// Where it stands.
    pub place: Place,
}

/// Wrong decisions on damaged and foreign texts, and on the others.
#[derive(Clone, Debug, Serialize)]
pub struct TextCost {
    /// The label.
    pub label: String,
    /// Judged rows among the damaged and foreign ones.
    pub rows: usize,
    /// Share of wrong out-of-fold decisions on them.
    pub wrong_share: f64,
    /// Share of wrong out-of-fold decisions on all others.
    pub wrong_share_elsewhere: f64,
}

/// Looks at every text; `scored` are out-of-fold decisions.
pub fn texts(corpus: &Corpus, scored: &[Scored]) -> Texts {
    let all = || (0..).zip(corpus.examples.iter().map(|e| e.comment.text.as_str()));
    let where_ =
        |is: fn(&str) -> bool| all().filter(|(_, t)| is(t)).map(|(row, _)| place(corpus, row)).collect();
    let languages: Vec<(u32, &'static str)> =
        all().filter_map(|(row, text)| language(text).map(|language| (row, language))).collect();
    let main = most_frequent(&languages);
    let foreign: Vec<Foreign> = languages
        .iter()
        .filter(|(_, language)| Some(*language) != main)
        .map(|&(row, language)| Foreign { language, place: place(corpus, row) })
        .collect();
    let mojibake: Vec<Place> = where_(is_mojibake);
    let lost: Vec<Place> = where_(|text| text.contains('\u{fffd}'));
    let odd: Vec<u32> =
        mojibake.iter().chain(&lost).chain(foreign.iter().map(|f| &f.place)).map(|p| p.row).collect();
    let costs = scored.iter().filter_map(|scored| cost(scored, &odd)).collect();
    Texts { mojibake, lost, language: main, foreign, costs }
}

/// Whether UTF-8 was read as Windows-1252 somewhere in `text`: a run of characters beyond ASCII
/// that, written in Windows-1252, is UTF-8 again. Only runs that begin with what German and
/// English texts would show of it (`Ã`, `Â`, `â€`, `ðŸ`): `Spaß“` is sound.
pub fn is_mojibake(text: &str) -> bool {
    let mut runs = text.split(|c: char| c.is_ascii()).filter(|run| !run.is_empty());
    runs.any(|run| {
        run.char_indices().any(|(at, first)| {
            let run = &run[at..];
            let begins = matches!(first, 'Ã' | 'Â') || run.starts_with("â€") || run.starts_with("ðŸ");
            begins && decodes_again(run)
        })
    })
}

/// Whether the shortest beginning of `run` that can be one character in UTF-8 is one.
fn decodes_again(run: &str) -> bool {
    let length = if run.starts_with('ð') {
        4
    } else if run.starts_with('â') {
        3
    } else {
        2
    };
    let end = run.char_indices().nth(length).map_or(run.len(), |(at, _)| at);
    let (bytes, _, unmappable) = encoding_rs::WINDOWS_1252.encode(&run[..end]);
    !unmappable && bytes.len() == length && std::str::from_utf8(&bytes).is_ok()
}

/// The language of a text long enough to tell.
fn language(text: &str) -> Option<&'static str> {
    let is_long = text.chars().filter(|c| c.is_alphabetic()).nth(LETTERS - 1).is_some();
    let found = is_long.then(|| whatlang::detect(text)).flatten()?;
    (found.is_reliable() && found.confidence() >= CONFIDENT).then(|| found.lang().code())
}

fn most_frequent(languages: &[(u32, &'static str)]) -> Option<&'static str> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    languages.iter().for_each(|(_, language)| *counts.entry(language).or_default() += 1);
    counts.into_iter().max_by_key(|(_, n)| *n).map(|(language, _)| language)
}

fn cost(scored: &Scored, odd: &[u32]) -> Option<TextCost> {
    let (mut rows, mut wrong) = ([0.0; 2], [0.0; 2]);
    for (k, row) in scored.rows.iter().enumerate() {
        let at = usize::from(odd.contains(row));
        rows[at] += 1.0;
        wrong[at] += f64::from(u8::from(scored.flagged[k] != scored.targets[k]));
    }
    (rows[1] > 0.0).then(|| TextCost {
        label: scored.label.clone(),
        rows: rows[1] as usize,
        wrong_share: wrong[1] / rows[1],
        wrong_share_elsewhere: wrong[0] / f64::max(rows[0], 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::{Comment, Example};

    #[test]
    fn mojibake_is_told_from_sound_text() {
        for damaged in [
            "Das ist fÃ¼r alle",
            "kostet 5 â‚¬".replace("â‚¬", "â€¦").as_str(),
            "groÃŸ",
            "schÃ¶n ðŸ˜€",
            "50Â°",
        ] {
            assert!(is_mojibake(damaged), "{damaged}");
        }
        for sound in ["für alle", "„Spaß“", "„NEIN, JÄ“", "São Paulo", "Ähm… „Öl“", "PÃO", "5 €", "Â", "😀 ä"]
        {
            assert!(!is_mojibake(sound), "{sound}");
        }
    }

    #[test]
    fn texts_in_another_language_are_found() {
        let german =
            "Die Stadt hat den neuen Radweg viel zu schmal gebaut, und niemand hat die Anwohner gefragt.";
        let english = "The city has built the new cycle path far too narrow, and nobody asked the people who live there.";
        let example = |text: &str| Example {
            comment: Comment { text: text.to_owned(), ..Comment::default() },
            ..Example::default()
        };
        let corpus = Corpus {
            examples: [german, english, german, "Yes!", "fÃ¼r", "x\u{fffd}"].map(example).to_vec(),
            sources: vec![("t.csv".to_owned(), 6)],
            ..Corpus::default()
        };
        let scored = Scored {
            label: "hate".to_owned(),
            rows: vec![0, 1, 2],
            scores: vec![0.1; 3],
            targets: vec![true, true, false],
            flagged: vec![false; 3],
            ..Scored::default()
        };
        let found = texts(&corpus, &[scored]);
        assert_eq!(found.language, Some("deu"));
        let foreign: Vec<_> = found.foreign.iter().map(|f| (f.language, f.place.row)).collect();
        assert_eq!(foreign, [("eng", 1)]);
        assert_eq!((found.mojibake[0].row, found.lost[0].row), (4, 5));
        let cost = &found.costs[0];
        assert_eq!((cost.rows, cost.wrong_share, cost.wrong_share_elsewhere), (1, 1.0, 0.5));
    }
}

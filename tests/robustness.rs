//! What is left of a model's skill when comments are written to get past it.
//!
//! `skill kept = (TPR − FPR on the changed) / (TPR − FPR on the clean)` at the model's
//! threshold, which flagging everything odd cannot raise. Uncivil and civil comments are
//! changed alike: in their three most telling words, or everywhere where nothing is seen.

#![allow(clippy::print_stderr)] // the tables are for the model card

mod common;

use common::{Sample, flagged, half_trained, own_comments, score_all};
use netiquette::features::lexicon::{ABUSIVE, Lexicon};
use netiquette::model::Model;
use netiquette::text::Folded;

/// A way to write a word, given the number of the comment.
type Trick = fn(&str, usize) -> String;

fn every(word: &str, after: char) -> String {
    word.chars().flat_map(|c| [c, after]).collect()
}

fn mapped(word: &str, from: &str, to: &str) -> String {
    let pairs: Vec<(char, char)> = from.chars().zip(to.chars()).collect();
    word.chars().map(|c| pairs.iter().find(|p| p.0 == c).map_or(c, |p| p.1)).collect()
}

fn shifted(word: &str, lower: u32, upper: u32) -> String {
    let shift = |c: char| match c {
        'a'..='z' => char::from_u32(lower + c as u32 - 'a' as u32).unwrap_or(c),
        'A'..='Z' => char::from_u32(upper + c as u32 - 'A' as u32).unwrap_or(c),
        other => other,
    };
    word.chars().map(shift).collect()
}

/// Replaces the character in the middle of a word of four and more by what `with` gives.
fn in_the_middle(word: &str, with: impl Fn(char) -> String) -> String {
    let middle = word.chars().count() / 2;
    let put = |(i, c): (usize, char)| if i == middle { with(c) } else { c.to_string() };
    if middle < 2 { word.to_owned() } else { word.chars().enumerate().map(put).collect() }
}

fn typo(word: &str, seed: usize) -> String {
    let c: Vec<char> = word.chars().collect();
    if c.len() < 5 {
        return word.to_owned();
    }
    let at = 1 + seed % (c.len() - 2);
    let mut out = c.clone();
    match seed % 3 {
        0 => out.swap(at, at - 1),
        1 => drop(out.remove(at)),
        _ => out.insert(at, c[at]),
    }
    out.into_iter().collect()
}

const UNSEEN: &[(&str, Trick)] = &[
    ("zero-width", |w, _| every(w, '\u{200B}')),
    ("soft hyphen", |w, _| every(w, '\u{AD}')),
    ("tags", |w, _| every(w, '\u{E0061}')),
    ("bidi", |w, _| format!("\u{202D}{w}\u{202C}")),
    ("decomposed", |w, _| {
        w.chars().fold(String::new(), |mut out, c| {
            push_decomposed(c, &mut out);
            out
        })
    }),
];

/// The umlauts as letter and diaeresis.
fn push_decomposed(c: char, out: &mut String) {
    match "äöüÄÖÜ".chars().position(|u| u == c) {
        Some(n) => out.extend(["aouAOU".chars().nth(n).unwrap_or(c), '\u{308}']),
        None => out.push(c),
    }
}

const LOOKALIKE: &[(&str, Trick)] = &[
    ("cyrillic", |w, _| mapped(w, "aeopcxyisAEOPCXBHKMT", "аеорсхуіѕАЕОРСХВНКМТ")),
    ("greek", |w, _| mapped(w, "aioAIOEKMNTXZ", "αιοΑΙΟΕΚΜΝΤΧΖ")),
    ("full width", |w, _| shifted(w, 0xFF41, 0xFF21)),
    ("bold", |w, _| shifted(w, 0x1D41A, 0x1D400)),
    ("circled", |w, _| shifted(w, 0x24D0, 0x24B6)),
    ("squared", |w, _| shifted(w, 0x1F170, 0x1F170)),
    ("acute", |w, _| {
        w.chars().flat_map(|c| [Some(c), "aeiou".contains(c).then_some('\u{301}')]).flatten().collect()
    }),
    ("case", |w, _| {
        w.chars()
            .enumerate()
            .flat_map(|(i, c)| if i % 2 == 1 { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] })
            .collect()
    }),
];

const READABLE: &[(&str, Trick)] = &[
    ("leet", |w, _| mapped(w, "ieaos", "13405")),
    ("spaced", |w, _| w.chars().map(String::from).collect::<Vec<_>>().join(" ")),
    ("dotted", |w, _| w.chars().map(String::from).collect::<Vec<_>>().join(".")),
    ("repeated", |w, _| in_the_middle(w, |c| c.to_string().repeat(4))),
    ("typo", typo),
    ("star", |w, _| in_the_middle(w, |_| "*".to_owned())),
];

/// Byte ranges of the words of `text` worth hiding: those with a hit of an abusive word
/// list, then the longest; three at most.
fn telling(text: &str, lexicon: &Lexicon) -> Vec<(usize, usize)> {
    let folded = Folded::new(text);
    let mut hit = vec![false; text.len() + 1];
    lexicon.for_each(&folded, |category, _, range| {
        if category < ABUSIVE {
            range.for_each(|i| hit[folded.starts[i] as usize] = true);
        }
    });
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphabetic(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    words.sort_by_key(|&(a, b)| (!hit[a..b].contains(&true), std::cmp::Reverse(b - a)));
    words.truncate(3);
    words.sort_unstable();
    words
}

fn changed(samples: &[Sample], lexicon: &Lexicon, trick: Trick, everywhere: bool) -> Vec<Sample> {
    let change = |(n, sample): (usize, &Sample)| {
        let text = &sample.text;
        if everywhere {
            let words: Vec<String> = text.split(' ').map(|w| trick(w, n)).collect();
            return Sample { text: words.join(" "), ..*sample };
        }
        let (mut out, mut from) = (String::new(), 0);
        for (a, b) in telling(text, lexicon) {
            out.push_str(&text[from..a]);
            out.push_str(&trick(&text[a..b], n + a));
            from = b;
        }
        out.push_str(&text[from..]);
        Sample { text: out, ..*sample }
    };
    samples.iter().enumerate().map(change).collect()
}

/// Rates of uncivil and of civil comments that are flagged.
fn rates(model: &Model, samples: &[Sample]) -> (f64, f64) {
    let flags = flagged(model, samples);
    let rate = |class: bool| {
        let of: Vec<bool> =
            samples.iter().zip(&flags).filter(|(s, _)| s.uncivil == class).map(|(_, f)| *f).collect();
        of.iter().filter(|f| **f).count() as f64 / of.len() as f64
    };
    (rate(true), rate(false))
}

/// Skill kept and the rise of the rate of civil comments flagged, for every trick.
fn table(
    model: &Model,
    samples: &[Sample],
    tricks: &[(&'static str, Trick)],
) -> Vec<(&'static str, f64, f64)> {
    let lexicon = Lexicon::builtin().unwrap();
    let (hit, miss) = rates(model, samples);
    let row = |&(name, trick): &(&'static str, Trick)| {
        let (h, m) = rates(model, &changed(samples, &lexicon, trick, false));
        (name, (h - m) / (hit - miss), m - miss)
    };
    tricks.iter().map(row).collect()
}

const FRIENDLY: &str = "Vielen Dank für den ausführlichen Bericht, ich habe ihn gern gelesen. Meine Familie wohnt seit \
    Jahren in der Gegend, und die Fotos haben mir gut gefallen. Am Samstag waren wir selbst dort und haben mit den \
    Nachbarn einen Kaffee getrunken. Das Wetter war schön, die Kinder hatten Freude, und am Abend gab es noch Musik. \
    Nächstes Jahr kommen wir bestimmt wieder vorbei.";

fn mean(rows: &[(&'static str, f64, f64)]) -> f64 {
    rows.iter().map(|r| r.1).sum::<f64>() / rows.len() as f64
}

/// `least` is the skill that sixty friendly words may leave.
fn check(model: &Model, samples: &[Sample], name: &str) {
    let lexicon = Lexicon::builtin().unwrap();
    let clean = score_all(model, samples);
    for (trick, change) in UNSEEN {
        let scores = score_all(model, &changed(samples, &lexicon, *change, true));
        for (n, (a, b)) in clean.iter().zip(&scores).enumerate() {
            assert!((a - b).abs() < 1e-6, "{name}, {trick}: comment {n} {a} became {b}");
        }
    }
    let lookalike = table(model, samples, LOOKALIKE);
    let readable = table(model, samples, READABLE);
    let diluted: Vec<Sample> =
        samples.iter().map(|s| Sample { text: format!("{} {FRIENDLY}", s.text), ..*s }).collect();
    let (hit, miss) = rates(model, samples);
    let (h, m) = rates(model, &diluted);
    let dilution = (h - m) / (hit - miss);
    eprintln!(
        "{name}: clean {hit:.3} {miss:.3}\n{lookalike:.3?}\n{readable:.3?}\ndilution {dilution:.3} ({h:.3} {m:.3})"
    );
    assert!(mean(&lookalike) >= 0.95, "{lookalike:?}");
    assert!(mean(&readable) >= 0.80, "{readable:?}");
    assert!(readable.iter().all(|r| r.2 <= 0.05), "{readable:?}");
    assert!(dilution >= 0.50, "{dilution}");
}

#[test]
fn skill_is_kept_on_comments_of_our_own() {
    let (model, held_out) = half_trained();
    check(&model, &held_out, "own");
}

#[test]
fn skill_is_kept_on_austrotox() {
    let Some((model, samples)) = common::shared("austrotox") else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    check(&model, &samples, "austrotox");
}

#[test]
fn there_are_comments_of_both_kinds() {
    let own = own_comments();
    assert!(
        own.iter().filter(|s| s.uncivil).count() > 100 && own.iter().filter(|s| !s.uncivil).count() > 100
    );
}

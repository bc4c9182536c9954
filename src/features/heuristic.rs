//! Named scalars of a comment: a table, so that one more is one more row.

use std::sync::LazyLock;

use crate::features::ngram::{Word, hash_word};
use crate::text::{
    EMOJI_ANGRY, EMOJI_KIND, EMOJI_LAUGH, EMOJI_OTHER, Folded, MENTION, SPACE, URL, is_letter, is_unseen,
    is_word,
};

/// One scalar: its name in models and explanations, what it says, how it is computed.
pub struct Heuristic {
    /// Name, unique.
    pub name: &'static str,
    /// What a larger value says.
    pub about: &'static str,
    value: fn(&Scan) -> f32,
}

/// What one pass over a comment counts; the heuristics are functions of it.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    characters: u32,
    letters: u32,
    capitals: u32,
    shouted_words: u32,
    exclamations: u32,
    questions: u32,
    exclamation_runs: u32,
    question_runs: u32,
    ellipses: u32,
    quotes: u32,
    parentheses: u32,
    commas: u32,
    urls: u32,
    mentions: u32,
    hashtags: u32,
    digits: u32,
    kind_emoji: u32,
    laughing_emoji: u32,
    angry_emoji: u32,
    emoji: u32,
    words: u32,
    distinct_words: u32,
    word_letters: u32,
    long_words: u32,
    sentences: u32,
    drawn_out: u32,
    masked: u32,
    starts_low: bool,
    last: u8,
    classes: [u32; CLASSES],
}

const NEGATION: usize = 0;
const DU: usize = 1;
const IHR: usize = 2;
const SIE: usize = 3;
const FIRST_PERSON: usize = 4;
const GENERALISING: usize = 5;
const HEDGE: usize = 6;
const CLASSES: usize = 7;

/// Function words by what they do. German first, then English.
const CLASS_WORDS: [(usize, &str); 7] = [
    (
        NEGATION,
        "nicht nie niemals kein keine keinen keiner keines keinem nichts niemand ned net nix nid weder not never no none nobody",
    ),
    (DU, "du dir dich dein deine deinen deiner deinem deines you your yours"),
    (IHR, "ihr euch euer eure euren eurer eurem"),
    (SIE, "sie ihnen ihre ihr ihren ihrer ihrem"),
    (FIRST_PERSON, "ich mir mich mein meine meinen meiner wir uns unser unsere i me my we us our"),
    (
        GENERALISING,
        "diese dieser dieses diesen solche solcher solchen so alle alles nur immer endlich mal doch halt wohl all every always those these",
    ),
    (
        HEDGE,
        "vielleicht eventuell wohl glaube denke finde meinung vermutlich wahrscheinlich könnte würde wäre hätte allerdings jedoch zwar maybe perhaps think believe probably could would might however",
    ),
];

const SLOTS: usize = 1024;

/// The words above by hash, open-addressed: hash and a bit per class, no bit where free.
static CLASS_OF: LazyLock<Box<[(u64, u8); SLOTS]>> = LazyLock::new(|| {
    let mut slots = Box::new([(0, 0); SLOTS]);
    for (class, words) in CLASS_WORDS {
        for word in words.split(' ') {
            let hash = hash_word(&Folded::new(word).symbols);
            let slot = &mut slots[place(&slots, hash)];
            *slot = (hash, slot.1 | 1 << class);
        }
    }
    slots
});

/// Where `hash` is, or the free slot it would take.
fn place(slots: &[(u64, u8); SLOTS], hash: u64) -> usize {
    let mut at = hash as usize % SLOTS;
    while slots[at].1 != 0 && slots[at].0 != hash {
        at = (at + 1) % SLOTS;
    }
    at
}

const FEW: usize = 64;

/// `ln(1 + count)` of small counts, which most are.
static LOGS: LazyLock<[f32; FEW]> = LazyLock::new(|| std::array::from_fn(|count| (count as f32).ln_1p()));

fn log(count: u32) -> f32 {
    LOGS.get(count as usize).copied().unwrap_or_else(|| (count as f32).ln_1p())
}

fn share(count: u32, of: u32) -> f32 {
    count as f32 / of.max(1) as f32
}

macro_rules! heuristics {
    ($($name:literal, $about:literal, $value:expr;)*) => {
        /// The table. Counts enter as `ln(1 + count)`, shares as they are.
        pub const HEURISTICS: &[Heuristic] = &[$(Heuristic { name: $name, about: $about, value: $value }),*];
    };
}

heuristics! {
    "length", "characters", |s| log(s.characters);
    "word_count", "words", |s| log(s.words);
    "capitals", "share of letters that are capitals", |s| share(s.capitals, s.letters);
    "shouted_words", "words of three letters and more in capitals", |s| log(s.shouted_words);
    "exclamations", "exclamation marks", |s| log(s.exclamations);
    "questions", "question marks", |s| log(s.questions);
    "exclamation_runs", "runs of exclamation marks", |s| log(s.exclamation_runs);
    "question_runs", "runs of question marks, mixed with exclamation marks or not", |s| log(s.question_runs);
    "ellipses", "runs of dots", |s| log(s.ellipses);
    "quotes", "quotation marks", |s| log(s.quotes);
    "parentheses", "opening parentheses", |s| log(s.parentheses);
    "commas", "commas per word", |s| share(s.commas, s.words);
    "urls", "web addresses", |s| log(s.urls);
    "mentions", "mentions", |s| log(s.mentions);
    "hashtags", "hash signs", |s| log(s.hashtags);
    "digits", "digits", |s| log(s.digits);
    "kind_emoji", "emoji that smile or praise", |s| log(s.kind_emoji);
    "laughing_emoji", "emoji that laugh or roll their eyes", |s| log(s.laughing_emoji);
    "angry_emoji", "emoji that insult or are angry", |s| log(s.angry_emoji);
    "emoji", "emoji and other symbols", |s| log(s.emoji);
    "negations", "negating words", |s| log(s.classes[NEGATION]);
    "second_person_du", "du, dich, dein …", |s| log(s.classes[DU]);
    "second_person_ihr", "ihr, euch, euer …", |s| log(s.classes[IHR]);
    "second_person_sie", "Sie, Ihnen, Ihr with a capital", |s| log(s.classes[SIE]);
    "first_person", "ich, wir, mein …", |s| log(s.classes[FIRST_PERSON]);
    "generalising", "alle, immer, solche, diese …", |s| log(s.classes[GENERALISING]);
    "hedges", "vielleicht, glaube, würde …", |s| log(s.classes[HEDGE]);
    "distinct_words", "share of words that are distinct", |s| share(s.distinct_words, s.words);
    "word_length", "letters per word", |s| share(s.word_letters, s.words);
    "long_words", "share of words of more than twelve letters", |s| share(s.long_words, s.words);
    "sentences", "ends of sentences", |s| log(s.sentences);
    "drawn_out", "letters written three times and more", |s| log(s.drawn_out);
    "masked", "stars, hashes or dots inside a word", |s| log(s.masked);
    "starts_low", "begins with a small letter", |s| f32::from(u8::from(s.starts_low));
    "ends_asking", "ends with a question mark", |s| f32::from(u8::from(s.last == b'?'));
    "ends_exclaiming", "ends with an exclamation mark", |s| f32::from(u8::from(s.last == b'!'));
}

impl Scan {
    /// Scans `text`, whose folding is `folded` and whose words are `words`.
    pub fn new(text: &str, folded: &Folded, words: &[Word]) -> Self {
        let mut scan = Self::default();
        scan.characters(text);
        scan.symbols(folded);
        scan.count_words(text, folded, words);
        scan
    }

    /// Every heuristic, in the order of [`HEURISTICS`].
    pub fn values(&self) -> impl Iterator<Item = f32> + '_ {
        HEURISTICS.iter().map(|h| (h.value)(self))
    }

    /// Number of words.
    pub fn words(&self) -> u32 {
        self.words
    }

    /// What folding takes away: case and repeats.
    fn characters(&mut self, text: &str) {
        let (mut previous, mut run, mut capitals_run, mut letters_run) = ('\0', 0, 0, 0);
        let mut seen = text.chars().filter(|&c| !is_unseen(c));
        self.starts_low = seen.clone().find(|c| !c.is_whitespace()).is_some_and(char::is_lowercase);
        for c in seen.by_ref() {
            let letter = c.is_alphabetic();
            let capital = letter && c.is_uppercase();
            self.letters += u32::from(letter);
            self.capitals += u32::from(capital);
            if letter {
                letters_run += 1;
                capitals_run += u32::from(capital);
            } else {
                self.shouted_words += u32::from(letters_run > 2 && capitals_run == letters_run);
                (letters_run, capitals_run) = (0, 0);
            }
            run = if c == previous { run + 1 } else { 1 };
            previous = c;
            self.drawn_out += u32::from(run == 3 && letter);
        }
        self.shouted_words += u32::from(letters_run > 2 && capitals_run == letters_run);
    }

    fn symbols(&mut self, folded: &Folded) {
        let s = &folded.symbols[..];
        self.characters = s.len() as u32;
        self.last = s.last().copied().unwrap_or(0);
        for (i, &symbol) in s.iter().enumerate() {
            if symbol == SPACE || is_letter(symbol) {
                continue;
            }
            let before = if i == 0 { 0 } else { s[i - 1] };
            let after = s.get(i + 1).copied().unwrap_or(0);
            let inside = i > 0 && is_letter(before) && is_letter(after);
            match symbol {
                b'!' => {
                    self.exclamations += 1;
                    self.exclamation_runs += u32::from(before == b'!' && (i < 2 || s[i - 2] != b'!'));
                    self.question_runs += u32::from(before == b'?');
                }
                b'?' => {
                    self.questions += 1;
                    self.question_runs +=
                        u32::from(before == b'!' || before == b'?' && (i < 2 || s[i - 2] != b'?'));
                }
                b'.' => self.ellipses += u32::from(before == b'.' && (i < 2 || s[i - 2] != b'.')),
                b'"' => self.quotes += 1,
                b'(' => self.parentheses += 1,
                b',' => self.commas += 1,
                b'#' => {
                    self.hashtags += u32::from(!inside);
                    self.masked += u32::from(inside);
                }
                b'*' | b'$' | b'@' => self.masked += u32::from(inside),
                URL => self.urls += 1,
                MENTION => self.mentions += 1,
                EMOJI_KIND => self.kind_emoji += 1,
                EMOJI_LAUGH => self.laughing_emoji += 1,
                EMOJI_ANGRY => self.angry_emoji += 1,
                b'0'..=b'9' => self.digits += 1,
                _ => {}
            }
            self.emoji += u32::from((EMOJI_KIND..=EMOJI_OTHER).contains(&symbol));
            let ends = matches!(symbol, b'.' | b'!' | b'?') && !matches!(after, b'.' | b'!' | b'?');
            self.sentences += u32::from(ends && (after == 0 || after == b' '));
        }
    }

    fn count_words(&mut self, text: &str, folded: &Folded, words: &[Word]) {
        let classes = &*CLASS_OF;
        let mut hashes = Vec::with_capacity(words.len());
        for &Word { hash, start, end } in words {
            if !is_word(folded.symbols[start]) {
                continue;
            }
            let length = end - start;
            hashes.push(hash);
            self.word_letters += length as u32;
            self.long_words += u32::from(length > 12);
            let set = if length > 11 { 0 } else { classes[place(classes, hash)].1 };
            if set != 0 {
                // The polite second person is told from the third by its capital.
                let capital =
                    text.as_bytes().get(folded.starts[start] as usize).is_some_and(u8::is_ascii_uppercase);
                for (class, count) in self.classes.iter_mut().enumerate() {
                    let polite = class != SIE || capital;
                    *count += u32::from(set & 1 << class != 0 && polite);
                }
            }
        }
        self.words = hashes.len() as u32;
        hashes.sort_unstable();
        hashes.dedup();
        self.distinct_words = hashes.len() as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Scan {
        let folded = Folded::new(text);
        let words: Vec<Word> = crate::features::ngram::words(&folded).collect();
        Scan::new(text, &folded, &words)
    }

    fn value(name: &str, text: &str) -> f32 {
        let scan = scan(text);
        let at = HEURISTICS.iter().position(|h| h.name == name).unwrap();
        scan.values().nth(at).unwrap()
    }

    #[test]
    fn each_heuristic_counts_what_it_says() {
        let one = 1f32.ln_1p();
        let two = 2f32.ln_1p();
        for (name, text, expected) in [
            ("length", "abc", 3f32.ln_1p()),
            ("word_count", "Na ja, gut.", 3f32.ln_1p()),
            ("capitals", "ABcd", 0.5),
            ("shouted_words", "Das IST SO NICHT", two),
            ("exclamations", "Oh! Ah!", two),
            ("questions", "Wie? Was", one),
            ("exclamation_runs", "Nein!!! Doch!", one),
            ("question_runs", "Wie?! Was?? Wo?", two),
            ("ellipses", "Tja... nun…", two),
            ("quotes", "der „Fachmann“", two),
            ("parentheses", "(so) (und so)", two),
            ("commas", "eins, zwei", 0.5),
            ("urls", "siehe https://example.org", one),
            ("mentions", "@anna @ben hallo", two),
            ("hashtags", "#wetter", one),
            ("digits", "im Jahr 19", two),
            ("kind_emoji", "👍", one),
            ("laughing_emoji", "😂😂", two),
            ("angry_emoji", "🤮", one),
            ("emoji", "😂👍", two),
            ("negations", "nicht nie und ja", two),
            ("second_person_du", "Hast du dich", two),
            ("second_person_ihr", "ihr da", one),
            ("second_person_sie", "Haben Sie gehört, was sie sagt", one),
            ("first_person", "ich und mein Hund", two),
            ("generalising", "alle immer hier", two),
            ("hedges", "vielleicht morgen", one),
            ("distinct_words", "ja ja", 0.5),
            ("word_length", "ab abcd", 3.0),
            ("long_words", "Straßenbahnhaltestelle da", 0.5),
            ("sentences", "Gut. Sehr gut!! Nein", two),
            ("drawn_out", "Neeeein soooo", two),
            ("masked", "Id*ot", one),
            ("starts_low", "na gut", 1.0),
            ("ends_asking", "Wirklich?", 1.0),
            ("ends_exclaiming", "Wirklich!", 1.0),
        ] {
            assert!((value(name, text) - expected).abs() < 1e-6, "{name} of {text:?}: {}", value(name, text));
        }
    }

    #[test]
    fn every_heuristic_is_in_the_test_above_once() {
        let mut names: Vec<_> = HEURISTICS.iter().map(|h| h.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), HEURISTICS.len());
        assert!(HEURISTICS.iter().all(|h| !h.about.is_empty()));
    }

    #[test]
    fn an_empty_comment_has_finite_values() {
        let scan = scan("");
        assert!(scan.values().all(f32::is_finite));
    }
}

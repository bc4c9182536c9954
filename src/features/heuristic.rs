//! Named scalars of a comment: a table, so that one more is one more row.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::features::ngram::{Word, hash_word};
use crate::text::{
    EMOJI_ANGRY, EMOJI_KIND, EMOJI_LAUGH, EMOJI_OTHER, Folded, MENTION, SPACE, URL, is_blank, is_letter,
    is_unseen, is_word, tokens,
};

/// One scalar: its name in models and explanations, what it says, how it is computed.
pub struct Heuristic {
    /// Name, unique.
    pub name: &'static str,
    /// What a larger value says.
    pub about: &'static str,
    value: fn(&Scan) -> f32,
}

/// How many things are counted; all of them token by token.
pub const COUNTS: usize = 32;

/// What is counted of a token or a comment, see the constants of this module.
pub type Counts = [u32; COUNTS];

/// Counted from the characters, which know case and repeats.
const LETTERS: usize = 0;
const CAPITALS: usize = 1;
const SHOUTED_WORDS: usize = 2;
const DRAWN_OUT: usize = 3;
/// Counted from the symbols.
const EXCLAMATIONS: usize = 4;
const QUESTIONS: usize = 5;
const EXCLAMATION_RUNS: usize = 6;
const QUESTION_RUNS: usize = 7;
const ELLIPSES: usize = 8;
const QUOTES: usize = 9;
const PARENTHESES: usize = 10;
const COMMAS: usize = 11;
const URLS: usize = 12;
const MENTIONS: usize = 13;
const HASHTAGS: usize = 14;
const DIGITS: usize = 15;
const KIND_EMOJI: usize = 16;
const LAUGHING_EMOJI: usize = 17;
const ANGRY_EMOJI: usize = 18;
const EMOJI: usize = 19;
const SENTENCES: usize = 20;
const MASKED: usize = 21;
/// Counted from the words.
pub(crate) const WORDS: usize = 22;
const WORD_LETTERS: usize = 23;
const LONG_WORDS: usize = 24;
/// Of these the first word class.
const NEGATION: usize = 25;
const DU: usize = 26;
const IHR: usize = 27;
const SIE: usize = 28;
const FIRST_PERSON: usize = 29;
const GENERALISING: usize = 30;
const HEDGE: usize = 31;

/// How many of the [`Counts`] come from the characters: the first ones.
pub const OF_CHARACTERS: usize = EXCLAMATIONS;

/// What one pass over a comment counts; the heuristics are functions of it.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Length of the folded text.
    pub characters: u32,
    /// What is counted token by token.
    pub counts: Counts,
    /// Words, each once.
    pub distinct_words: u32,
    /// Whether the first character is a small letter.
    pub starts_low: bool,
    /// The last symbol of the folded text, 0 if there is none.
    pub last: u8,
}

/// How many classes of words are counted.
const CLASSES: usize = COUNTS - NEGATION;

/// Function words by what they do. German first, then English.
const CLASS_WORDS: [(usize, &str); CLASSES] = [
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
            *slot = (hash, slot.1 | 1 << (class - NEGATION));
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
    "word_count", "words", |s| log(s.counts[WORDS]);
    "capitals", "share of letters that are capitals", |s| share(s.counts[CAPITALS], s.counts[LETTERS]);
    "shouted_words", "words of three letters and more in capitals", |s| log(s.counts[SHOUTED_WORDS]);
    "exclamations", "exclamation marks", |s| log(s.counts[EXCLAMATIONS]);
    "questions", "question marks", |s| log(s.counts[QUESTIONS]);
    "exclamation_runs", "runs of exclamation marks", |s| log(s.counts[EXCLAMATION_RUNS]);
    "question_runs", "runs of question marks, mixed with exclamation marks or not", |s| log(s.counts[QUESTION_RUNS]);
    "ellipses", "runs of dots", |s| log(s.counts[ELLIPSES]);
    "quotes", "quotation marks", |s| log(s.counts[QUOTES]);
    "parentheses", "opening parentheses", |s| log(s.counts[PARENTHESES]);
    "commas", "commas per word", |s| share(s.counts[COMMAS], s.counts[WORDS]);
    "urls", "web addresses", |s| log(s.counts[URLS]);
    "mentions", "mentions", |s| log(s.counts[MENTIONS]);
    "hashtags", "hash signs", |s| log(s.counts[HASHTAGS]);
    "digits", "digits", |s| log(s.counts[DIGITS]);
    "kind_emoji", "emoji that smile or praise", |s| log(s.counts[KIND_EMOJI]);
    "laughing_emoji", "emoji that laugh or roll their eyes", |s| log(s.counts[LAUGHING_EMOJI]);
    "angry_emoji", "emoji that insult or are angry", |s| log(s.counts[ANGRY_EMOJI]);
    "emoji", "emoji and other symbols", |s| log(s.counts[EMOJI]);
    "negations", "negating words", |s| log(s.counts[NEGATION]);
    "second_person_du", "du, dich, dein …", |s| log(s.counts[DU]);
    "second_person_ihr", "ihr, euch, euer …", |s| log(s.counts[IHR]);
    "second_person_sie", "Sie, Ihnen, Ihr with a capital", |s| log(s.counts[SIE]);
    "first_person", "ich, wir, mein …", |s| log(s.counts[FIRST_PERSON]);
    "generalising", "alle, immer, solche, diese …", |s| log(s.counts[GENERALISING]);
    "hedges", "vielleicht, glaube, würde …", |s| log(s.counts[HEDGE]);
    "distinct_words", "share of words that are distinct", |s| share(s.distinct_words, s.counts[WORDS]);
    "word_length", "letters per word", |s| share(s.counts[WORD_LETTERS], s.counts[WORDS]);
    "long_words", "share of words of more than twelve letters", |s| share(s.counts[LONG_WORDS], s.counts[WORDS]);
    "sentences", "ends of sentences", |s| log(s.counts[SENTENCES]);
    "drawn_out", "letters written three times and more", |s| log(s.counts[DRAWN_OUT]);
    "masked", "stars, hashes or dots inside a word", |s| log(s.counts[MASKED]);
    "starts_low", "begins with a small letter", |s| f32::from(u8::from(s.starts_low));
    "ends_asking", "ends with a question mark", |s| f32::from(u8::from(s.last == b'?'));
    "ends_exclaiming", "ends with an exclamation mark", |s| f32::from(u8::from(s.last == b'!'));
}

impl Scan {
    /// Scans `text`, whose folding is `folded` and whose words are `words`.
    pub fn new(text: &str, folded: &Folded, words: &[Word]) -> Self {
        let mut scan = Self {
            characters: folded.symbols.len() as u32,
            starts_low: starts_low(text).unwrap_or(false),
            last: folded.symbols.last().copied().unwrap_or(0),
            ..Self::default()
        };
        // Token by token, for one too long is counted as several.
        tokens(text).for_each(|(start, end)| count_characters(&text[start..end], &mut scan.counts));
        count_symbols(&folded.symbols, &mut scan.counts);
        let mut hashes = Vec::with_capacity(words.len());
        for word in words.iter().filter(|word| is_word(folded.symbols[word.start])) {
            hashes.push(word.hash);
            let capital = text.as_bytes().get(folded.starts[word.start] as usize);
            count_word(word, capital.is_some_and(u8::is_ascii_uppercase), &mut scan.counts);
        }
        hashes.sort_unstable();
        hashes.dedup();
        scan.distinct_words = hashes.len() as u32;
        scan
    }

    /// Every heuristic, in the order of [`HEURISTICS`].
    pub fn values(&self) -> impl Iterator<Item = f32> + '_ {
        HEURISTICS.iter().map(|h| (h.value)(self))
    }

    /// Number of words.
    pub fn words(&self) -> u32 {
        self.counts[WORDS]
    }
}

/// Whether the first character that is seen is a small letter; `None` if none is seen.
pub fn starts_low(text: &str) -> Option<bool> {
    text.chars().find(|&c| !is_blank(c) && !is_unseen(c)).map(char::is_lowercase)
}

/// Counts what folding takes away: case and repeats.
pub fn count_characters(text: &str, counts: &mut Counts) {
    if text.is_ascii() {
        return count_ascii(text.as_bytes(), counts);
    }
    let (mut previous, mut run, mut capitals_run, mut letters_run) = ('\0', 0, 0, 0);
    let mut shouted = 0;
    for c in text.chars().filter(|&c| !is_unseen(c)) {
        let letter = c.is_alphabetic();
        let capital = letter && c.is_uppercase();
        counts[LETTERS] += u32::from(letter);
        counts[CAPITALS] += u32::from(capital);
        if letter {
            letters_run += 1;
            capitals_run += u32::from(capital);
        } else {
            shouted += u32::from(letters_run > 2 && capitals_run == letters_run);
            (letters_run, capitals_run) = (0, 0);
        }
        run = if c == previous { run + 1 } else { 1 };
        previous = c;
        counts[DRAWN_OUT] += u32::from(run == 3 && letter);
    }
    counts[SHOUTED_WORDS] += shouted + u32::from(letters_run > 2 && capitals_run == letters_run);
}

/// The same for a text of nothing but ASCII, as most tokens are.
fn count_ascii(text: &[u8], counts: &mut Counts) {
    let (mut previous, mut run) = (0, 0);
    for &c in text {
        run = if c == previous { run + 1 } else { 1 };
        previous = c;
        counts[LETTERS] += u32::from(c.is_ascii_alphabetic());
        counts[CAPITALS] += u32::from(c.is_ascii_uppercase());
        counts[DRAWN_OUT] += u32::from(run == 3 && c.is_ascii_alphabetic());
    }
    if counts[CAPITALS] > 2 {
        let words = text.split(|c| !c.is_ascii_alphabetic());
        let shouted = words.filter(|word| word.len() > 2 && word.iter().all(u8::is_ascii_uppercase));
        counts[SHOUTED_WORDS] += shouted.count() as u32;
    }
}

/// Counts marks and what stands for more than a letter.
pub fn count_symbols(symbols: &[u8], counts: &mut Counts) {
    let s = symbols;
    for (i, &symbol) in s.iter().enumerate() {
        if symbol == SPACE || is_letter(symbol) {
            continue;
        }
        let before = if i == 0 { 0 } else { s[i - 1] };
        let after = s.get(i + 1).copied().unwrap_or(0);
        let inside = i > 0 && is_letter(before) && is_letter(after);
        let second = |mark: u8| before == mark && (i < 2 || s[i - 2] != mark);
        let mut add = |what: usize, is: bool| counts[what] += u32::from(is);
        match symbol {
            b'!' => {
                add(EXCLAMATIONS, true);
                add(EXCLAMATION_RUNS, second(b'!'));
                add(QUESTION_RUNS, before == b'?');
            }
            b'?' => {
                add(QUESTIONS, true);
                add(QUESTION_RUNS, before == b'!' || second(b'?'));
            }
            b'.' => add(ELLIPSES, second(b'.')),
            b'"' => add(QUOTES, true),
            b'(' => add(PARENTHESES, true),
            b',' => add(COMMAS, true),
            b'#' => add(if inside { MASKED } else { HASHTAGS }, true),
            b'*' | b'$' | b'@' => add(MASKED, inside),
            URL => add(URLS, true),
            MENTION => add(MENTIONS, true),
            EMOJI_KIND => add(KIND_EMOJI, true),
            EMOJI_LAUGH => add(LAUGHING_EMOJI, true),
            EMOJI_ANGRY => add(ANGRY_EMOJI, true),
            b'0'..=b'9' => add(DIGITS, true),
            _ => {}
        }
        add(EMOJI, (EMOJI_KIND..=EMOJI_OTHER).contains(&symbol));
        let ends = matches!(symbol, b'.' | b'!' | b'?') && !matches!(after, b'.' | b'!' | b'?');
        add(SENTENCES, ends && (after == 0 || after == SPACE));
    }
}

/// Counts a word of letters or digits.
pub fn count_word(word: &Word, capital: bool, counts: &mut Counts) {
    let length = word.end - word.start;
    counts[WORDS] += 1;
    counts[WORD_LETTERS] += length as u32;
    counts[LONG_WORDS] += u32::from(length > 12);
    let classes = &*CLASS_OF;
    let set = if length > 11 { 0 } else { classes[place(classes, word.hash)].1 };
    if set == 0 {
        return;
    }
    for class in 0..CLASSES {
        // The polite second person is told from the third by its capital.
        let polite = NEGATION + class != SIE || capital;
        counts[NEGATION + class] += u32::from(set & 1 << class != 0 && polite);
    }
}

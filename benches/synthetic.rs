//! Seeded comments of realistic shape, so that no bench needs a download: made-up words,
//! as long and as often repeated as German ones, some shouting, some numbers.

const SYLLABLES: [&str; 24] = [
    "be", "ge", "ver", "un", "an", "auf", "ster", "lich", "keit", "en", "er", "ung", "tra", "mo", "li", "ka",
    "schö", "für", "wa", "ro", "nie", "sta", "dt", "bus",
];
const FREQUENT: [&str; 16] = [
    "der", "die", "und", "das", "nicht", "ist", "du", "sie", "ich", "zu", "so", "auch", "mal", "wenn", "nur",
    "was",
];

/// A source of comments that gives the same ones for the same seed.
pub struct Synthetic(u64);

impl Synthetic {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn word(&mut self) -> String {
        if self.below(5) < 2 {
            return FREQUENT[self.below(FREQUENT.len())].to_owned();
        }
        // Squared, so that some words are frequent.
        let range = SYLLABLES.len() * SYLLABLES.len();
        let parts = 2 + self.below(3);
        let syllable = |at: usize| SYLLABLES[at * at / range % SYLLABLES.len()];
        let mut word: String = (0..parts).map(|_| syllable(self.below(range))).collect();
        match self.below(20) {
            0 => word = word.to_uppercase(),
            1 => word = self.below(2030).to_string(),
            2..8 => word[..1].make_ascii_uppercase(),
            _ => {}
        }
        word
    }

    /// A comment of 4 to 100 words, most of them short.
    pub fn comment(&mut self) -> String {
        let words = 4 + self.below(10) * self.below(10) + self.below(16);
        let mut text = String::new();
        for n in 0..words {
            text.push_str(&self.word());
            let ends = n + 1 == words;
            text.push_str(match self.below(12) {
                _ if ends && self.below(3) == 0 => "!",
                _ if ends => ".",
                0 => ", ",
                1 => ". ",
                _ => " ",
            });
        }
        text
    }

    pub fn comments(&mut self, n: usize) -> Vec<String> {
        (0..n).map(|_| self.comment()).collect()
    }
}

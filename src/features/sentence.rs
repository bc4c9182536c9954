//! Sentences of a folded text and how dense word-list hits are in the densest of them:
//! what one sentence says is not taken back by friendly ones around it.

use super::lexicon::MOST_LISTS;
use crate::text::{Folded, SPACE, is_word};

/// Shorter sentences go with the next; the density of a single word would be 1.
pub const FEWEST_WORDS: u32 = 6;

/// Ends of sentences and their lengths; reused from text to text.
#[derive(Clone, Debug, Default)]
pub struct Sentences {
    /// Symbol after the last, and number of words.
    ends: Vec<(usize, u32)>,
}

impl Sentences {
    /// Finds the sentences of `folded`. A sentence ends with a token that ends in a stop,
    /// brackets and quotation marks behind it or not.
    pub fn find(&mut self, folded: &Folded) {
        self.ends.clear();
        let (mut words, mut stopped) = (0, false);
        let symbols = &folded.symbols;
        for (start, end) in folded.words() {
            if is_word(symbols[start]) {
                words += 1;
                stopped = false;
            }
            stopped |= matches!(symbols[start], b'.' | b'!' | b'?' | b':');
            if stopped && words >= FEWEST_WORDS && symbols.get(end) == Some(&SPACE) {
                self.ends.push((end, words));
                words = 0;
            }
        }
        self.ends.push((symbols.len(), words));
    }

    /// Number of sentences, at least 1 once [found](Sentences::find).
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing was found yet.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The sentence that holds what ends before symbol `end`.
    pub fn holding(&self, end: usize) -> usize {
        self.ends.partition_point(|sentence| sentence.0 < end).min(self.ends.len().saturating_sub(1))
    }

    /// Per category the largest `hits / √words` of any sentence, from hits as
    /// `(category, symbol after the hit)` in the order of their ends.
    pub fn peaks(&self, hits: &[(usize, usize)]) -> [f64; MOST_LISTS] {
        let mut peaks = [0.0f64; MOST_LISTS];
        let mut hits = hits.iter().peekable();
        for &(end, words) in &self.ends {
            let mut counts = [0u32; MOST_LISTS];
            let root = f64::from(words.max(FEWEST_WORDS)).sqrt();
            while let Some(&(category, _)) = hits.next_if(|hit| hit.1 <= end) {
                counts[category] += 1;
                peaks[category] = peaks[category].max(f64::from(counts[category]) / root);
            }
        }
        peaks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_densest_sentence_counts() {
        let folded = Folded::new("Na so was. Das ist ein recht langer Satz! Und der hier ist es auch.");
        let mut sentences = Sentences::default();
        sentences.find(&folded);
        assert_eq!(sentences.ends, [(41, 9), (67, 6)]);
        let peaks = sentences.peaks(&[(2, 5), (2, 12), (1, 50), (2, 60)]);
        assert_eq!(peaks[..3], [0.0, 1.0 / 6f64.sqrt(), 2.0 / 3.0]);
    }

    #[test]
    fn a_sentence_ends_where_a_token_ends() {
        let ends = |text: &str| {
            let mut sentences = Sentences::default();
            sentences.find(&Folded::new(text));
            sentences.ends.iter().map(|end| end.0).collect::<Vec<_>>()
        };
        assert_eq!(ends("eins zwei drei vier fünf sechs?!) sieben"), [33, 40]);
        assert_eq!(ends("eins zwei drei vier fünf sechs.sieben acht"), [42]);
        assert_eq!(ends("eins zwei drei vier fünf sechs. "), [31]);
    }

    #[test]
    fn what_lies_in_a_sentence_is_found_by_its_end() {
        let mut sentences = Sentences::default();
        sentences.find(&Folded::new("Das ist ein recht langer Satz! Und der hier ist es auch."));
        assert_eq!([0, 5, 30, 31, 56, 99].map(|end| sentences.holding(end)), [0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn an_empty_text_has_one_empty_sentence() {
        let mut sentences = Sentences::default();
        sentences.find(&Folded::new(""));
        assert_eq!(sentences.ends, [(0, 0)]);
    }
}

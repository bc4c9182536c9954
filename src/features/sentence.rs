//! Sentences of a folded text and how dense word-list hits are in the densest of them:
//! what one sentence says is not taken back by friendly ones around it.

use super::lexicon::MOST_LISTS;
use crate::text::{Folded, is_word};

/// Shorter sentences go with the next; the density of a single word would be 1.
const FEWEST_WORDS: u32 = 6;

/// Ends of sentences and their lengths; reused from text to text.
#[derive(Clone, Debug, Default)]
pub struct Sentences {
    /// Symbol after the last, and number of words.
    ends: Vec<(usize, u32)>,
}

impl Sentences {
    /// Finds the sentences of `folded`.
    pub fn find(&mut self, folded: &Folded) {
        self.ends.clear();
        let mut words = 0;
        let symbols = &folded.symbols;
        for (start, end) in folded.words() {
            words += u32::from(is_word(symbols[start]));
            let stop = matches!(symbols[start], b'.' | b'!' | b'?' | b':') && end < symbols.len();
            if stop && !is_word(symbols[end]) && words >= FEWEST_WORDS {
                self.ends.push((end, words));
                words = 0;
            }
        }
        self.ends.push((symbols.len(), words));
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
    fn an_empty_text_has_one_empty_sentence() {
        let mut sentences = Sentences::default();
        sentences.find(&Folded::new(""));
        assert_eq!(sentences.ends, [(0, 0)]);
    }
}

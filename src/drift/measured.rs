//! One side of a comparison, measured once.

use rayon::prelude::*;

use crate::comment::Comment;
use crate::features::classes::Classes;
use crate::features::heuristic::{HEURISTICS, Scan};
use crate::features::ngram::{Space, Word, hash_word, words};
use crate::text::{Folded, is_letter};

/// A label and its probabilities by row; `None` where there is no score.
pub type LabelScores = (String, Vec<Option<f64>>);

/// Comments as numbers; row `i` is comment `i`.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// One per label.
    pub scores: Vec<LabelScores>,
    /// Column and its values by row.
    pub slices: Vec<(String, Vec<String>)>,
    /// Article (or other group) of each row.
    pub groups: Vec<usize>,
    /// Per heuristic, by row.
    pub heuristics: Vec<Vec<f64>>,
    /// Hashes of the distinct words of each row, ascending.
    pub(super) words: Vec<Vec<u64>>,
    texts: Vec<String>,
}

impl Measured {
    /// Measures the texts of `comments`.
    ///
    /// # Panics
    /// If there is not one group per comment, or not one score or value.
    pub fn new(
        comments: &[Comment],
        groups: Vec<usize>,
        scores: Vec<LabelScores>,
        slices: Vec<(String, Vec<String>)>,
    ) -> Self {
        assert_eq!(comments.len(), groups.len(), "one group per comment");
        assert!(scores.iter().all(|s| s.1.len() == comments.len()), "one score per comment");
        assert!(slices.iter().all(|s| s.1.len() == comments.len()), "one value per comment");
        let measured: Vec<(Vec<f64>, Vec<u64>)> = comments.par_iter().map(|c| measure(&c.text)).collect();
        let column = |k: usize| measured.iter().map(|m| m.0[k]).collect();
        Self {
            heuristics: (0..HEURISTICS.len()).map(column).collect(),
            words: measured.iter().map(|m| m.1.clone()).collect(),
            texts: comments.iter().map(|c| c.text.clone()).collect(),
            scores,
            slices,
            groups,
        }
    }

    /// Number of comments.
    pub fn rows(&self) -> usize {
        self.texts.len()
    }

    /// The rows named, in that order.
    pub fn select(&self, rows: &[usize]) -> Self {
        fn of<T: Clone>(rows: &[usize], all: &[T]) -> Vec<T> {
            rows.iter().map(|&i| all[i].clone()).collect()
        }
        Self {
            scores: self.scores.iter().map(|(label, s)| (label.clone(), of(rows, s))).collect(),
            slices: self.slices.iter().map(|(column, v)| (column.clone(), of(rows, v))).collect(),
            groups: of(rows, &self.groups),
            heuristics: self.heuristics.iter().map(|h| of(rows, h)).collect(),
            words: of(rows, &self.words),
            texts: of(rows, &self.texts),
        }
    }

    /// The word of hash `wanted` as the first comment that has it writes it.
    pub(super) fn spelling(&self, wanted: u64) -> Option<&str> {
        let row = self.words.iter().position(|words| words.binary_search(&wanted).is_ok())?;
        let folded = Folded::new(&self.texts[row]);
        let (start, end) =
            folded.words().find(|&(start, end)| hash_word(&folded.symbols[start..end]) == wanted)?;
        let text = &self.texts[row];
        let from = folded.starts[start] as usize;
        let to = folded.starts.get(end).map_or(text.len(), |&at| at as usize);
        text.get(from..to).map(str::trim)
    }
}

fn measure(text: &str) -> (Vec<f64>, Vec<u64>) {
    let folded = Folded::new(text);
    let words: Vec<Word> = words(&folded).collect();
    let heuristics = Scan::new(text, &folded, &words).values().map(f64::from).collect();
    let lettered = words.iter().filter(|word| is_letter(folded.symbols[word.start]));
    let mut words: Vec<u64> = lettered.map(|word| word.hash).collect();
    words.sort_unstable();
    words.dedup();
    (heuristics, words)
}

/// Bits of the table of n-grams seen; 8 MiB.
const BITS: u32 = 26;

/// Per comment the share of its character n-grams that one half of the baseline's articles never
/// had: for the comments under the other half, and for the current ones. Both meet n-grams of
/// articles they do not share with that half, so without a shift they are alike.
pub(super) fn unseen(baseline: &Measured, current: &Measured) -> [Vec<f64>; 2] {
    let mut seen = vec![0_u64; 1 << (BITS - 6)];
    let place = |hash: u64| {
        let at = hash >> (64 - BITS);
        ((at >> 6) as usize, 1_u64 << (at & 63))
    };
    // The number of a group says nothing of its content; every second one is learned.
    let learned = |i: &usize| baseline.groups[*i].is_multiple_of(2);
    let mut folded = Folded::default();
    for i in (0..baseline.rows()).filter(learned) {
        folded.fold(&baseline.texts[i]);
        Space::Chars.for_each(&folded, &Classes::default(), |hash, _| {
            let (word, bit) = place(hash);
            seen[word] |= bit;
        });
    }
    let share = |text: &String| {
        let folded = Folded::new(text);
        let (mut unseen, mut all) = (0_u32, 0_u32);
        Space::Chars.for_each(&folded, &Classes::default(), |hash, _| {
            let (word, bit) = place(hash);
            unseen += u32::from(seen[word] & bit == 0);
            all += 1;
        });
        f64::from(unseen) / f64::from(all.max(1))
    };
    let other = (0..baseline.rows()).filter(|i| !learned(i)).collect::<Vec<_>>();
    [
        other.par_iter().map(|&i| share(&baseline.texts[i])).collect(),
        current.texts.par_iter().map(share).collect(),
    ]
}

//! What is measured of a comment: hashed n-grams, named scalars, word-list hits, and
//! how well it fits its article.

pub mod classes;
pub mod heuristic;
pub mod lexicon;
pub mod mend;
pub mod ngram;
pub mod sentence;
pub mod token;
pub mod topic;
pub mod weighting;

use crate::error::Result;
use crate::text::Folded;
use classes::Classes;
use heuristic::{HEURISTICS, Scan};
use lexicon::{GROUP, Lexicon, MOST_LISTS, NO_CLASS};
use ngram::{Grams, Space, Word};
use sentence::Sentences;
use topic::Bag;

/// Turns text into numbers; holds nothing that was learned but the word lists.
#[derive(Clone, Debug)]
pub struct Extractor {
    lexicon: Lexicon,
    /// `2^bits` buckets per space, in the order of [`Space::ALL`].
    bits: [u32; Space::ALL.len()],
    /// Column pair of each category, none for the neutral group names.
    columns: Vec<Option<usize>>,
    /// Whether a hit of the category makes a word class.
    marking: Vec<bool>,
}

/// Reused buffers of one extraction and what it found.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    /// The folded text, mended.
    pub folded: Folded,
    /// Its topic tokens: what a comment is about is read without mending.
    pub bag: Bag,
    /// Its words, hashed.
    pub words: Vec<Word>,
    /// Word classes of the text.
    pub classes: Classes,
    /// Its sentences.
    pub sentences: Sentences,
    /// Word-list hits: column, symbol after the hit.
    hits: Vec<(usize, usize)>,
    /// N-grams per space, in the order of [`Space::OF_TEXT`].
    pub ngrams: [Grams; Space::OF_TEXT.len()],
    /// Heuristics, then word-list columns: see [`Extractor::scalar_names`].
    pub scalars: Vec<f64>,
}

impl Extractor {
    /// An extractor with these word lists and table sizes.
    pub fn new(lexicon: Lexicon, bits: [u32; Space::ALL.len()]) -> Self {
        let mut next = 0;
        let columns = lexicon.categories().iter().map(|category| {
            (category != GROUP).then(|| {
                next += 1;
                next - 1
            })
        });
        let marking = lexicon.categories().iter().map(|c| !NO_CLASS.contains(&c.as_str())).collect();
        Self { columns: columns.collect(), marking, lexicon, bits }
    }

    /// An extractor with the word lists of this version.
    ///
    /// # Errors
    /// None in a build whose tests passed.
    pub fn builtin(bits: [u32; Space::ALL.len()]) -> Result<Self> {
        Ok(Self::new(Lexicon::builtin()?, bits))
    }

    /// The word lists.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Whether a hit of the category makes a word class.
    pub fn marks(&self, category: u8) -> bool {
        self.marking[usize::from(category)]
    }

    /// Number of the columns of a category, which is none for the neutral group names.
    pub fn column(&self, category: u8) -> Option<usize> {
        self.columns[usize::from(category)]
    }

    /// How many categories have columns.
    pub fn lists(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    /// Number of buckets of `space`, as a power of two.
    pub fn bits(&self, space: Space) -> u32 {
        self.bits[space as usize]
    }

    /// Names of the scalars: each heuristic, then per word list the number of hits
    /// (`ln(1 + n)`) and the most [hits per root of the number of words](sentence) of any
    /// sentence.
    pub fn scalar_names(&self) -> Vec<String> {
        let categories = || {
            let named = self.lexicon.categories().iter().zip(&self.columns);
            named.filter(|(_, column)| column.is_some()).map(|(category, _)| category)
        };
        let heuristics = HEURISTICS.iter().map(|h| h.name.to_owned());
        let counts = categories().map(|c| format!("lexicon.{c}"));
        let densities = categories().map(|c| format!("lexicon.{c}.peak"));
        heuristics.chain(counts).chain(densities).collect()
    }

    /// Measures `text` into `out`.
    pub fn extract(&self, text: &str, out: &mut Extraction) {
        self.extract_spaces(text, &Space::OF_TEXT, out);
    }

    /// Measures `text` into `out`, n-grams of `spaces` (of [`Space::OF_TEXT`]) only: those of the others, and
    /// without [`Space::Classes`] the classes, keep what they held.
    pub fn extract_spaces(&self, text: &str, spaces: &[Space], out: &mut Extraction) {
        out.folded.fold(text);
        out.bag.fill(&out.folded);
        mend::mend(&mut out.folded, &self.lexicon);
        out.words.clear();
        out.words.extend(ngram::words(&out.folded));
        let mut counts = [0u32; MOST_LISTS];
        out.hits.clear();
        let mut hit = |category: usize, end: usize| {
            if let Some(column) = self.columns[category] {
                counts[column] += 1;
                out.hits.push((column, end));
            }
        };
        match spaces.contains(&Space::Classes) {
            true => out.classes.fill(text, &out.folded, &self.lexicon, &self.marking, hit),
            false => self.lexicon.for_each(&out.folded, |category, _, range| hit(category, range.end)),
        }
        out.sentences.find(&out.folded);
        let peaks = out.sentences.peaks(&out.hits);
        let lists = self.lists();
        for &space in spaces {
            let grams = &mut out.ngrams[space as usize];
            grams.fill(space, &out.folded, &out.classes, &out.sentences, self.bits[space as usize]);
        }
        let scan = Scan::new(text, &out.folded, &out.words);
        out.scalars.clear();
        out.scalars.extend(scan.values().map(f64::from));
        out.scalars.extend(counts[..lists].iter().map(|&n| if n == 0 { 0.0 } else { f64::from(n).ln_1p() }));
        out.scalars.extend(&peaks[..lists]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scalar_has_a_name_and_group_names_are_none() {
        let extractor = Extractor::builtin([10; Space::ALL.len()]).unwrap();
        let mut one = Extraction::default();
        extractor.extract("Muslime und Juden wohnen hier.", &mut one);
        let names = extractor.scalar_names();
        assert_eq!(names.len(), one.scalars.len());
        for (name, value) in names.iter().zip(&one.scalars) {
            assert!(!name.contains("group"));
            if name.starts_with("lexicon.") {
                assert_eq!(*value, 0.0, "{name}");
            }
        }
    }
}

//! An article as a set of tokens, each knowing the parts it stands in.

use super::bag::{Bag, Token};
use super::counts::Counts;
use crate::text::Folded;

/// Passages told apart; the paragraphs of a longer text share them.
pub const PASSAGES: usize = 63;

/// Bit of the title among a token's parts; passage `i` has bit `i + 1`.
pub const TITLE: u64 = 1;

/// Passages of an article in order: its lead, then its paragraphs, neighbours together
/// where there are more than [`PASSAGES`].
pub fn passages<'a>(lead: &'a str, text: &'a str) -> Vec<Vec<&'a str>> {
    let paragraphs = std::iter::once(lead).chain(text.split("\n\n"));
    let all: Vec<&str> = paragraphs.map(str::trim).filter(|p| !p.is_empty()).collect();
    let each = all.len().div_ceil(PASSAGES).max(1);
    all.chunks(each).map(<[&str]>::to_vec).collect()
}

/// The tokens of an article.
#[derive(Clone, Debug, Default)]
pub struct ArticleTokens {
    /// 1 + position in `parts`.
    places: Counts,
    parts: Vec<u64>,
    /// The tokens of the title.
    title: Vec<Token>,
    passages: usize,
    /// Tokens in the title, and in lead or body.
    sizes: [u32; 2],
}

impl ArticleTokens {
    /// The tokens of an article's parts; a missing part is an empty string.
    pub fn new(title: &str, lead: &str, text: &str) -> Self {
        let mut article = Self::default();
        let (mut folded, mut bag) = (Folded::default(), Bag::default());
        let mut add = |part: &str, bit: u64| {
            folded.fold(part);
            bag.fill(&folded);
            bag.tokens().iter().for_each(|&token| article.add(token, bit));
        };
        add(title, TITLE);
        let passages = passages(lead, text);
        for (i, passage) in passages.iter().enumerate() {
            passage.iter().for_each(|paragraph| add(paragraph, TITLE << (i + 1)));
        }
        article.passages = passages.len();
        article
    }

    fn add(&mut self, token: Token, bits: u64) {
        let place = match self.places.get(token) {
            0 => {
                self.parts.push(0);
                let place = self.parts.len() as u16;
                self.places.update(token, |_| place);
                place
            }
            place => place,
        };
        let parts = &mut self.parts[usize::from(place) - 1];
        let sizes = |parts: u64| [u32::from(parts & TITLE != 0), u32::from(parts > TITLE)];
        let (before, after) = (sizes(*parts), sizes(*parts | bits));
        *parts |= bits;
        if after[0] > before[0] {
            self.title.push(token);
        }
        (0..2).for_each(|k| self.sizes[k] += after[k] - before[k]);
    }

    /// Number of tokens in the title, and in lead or body.
    pub fn sizes(&self) -> [u32; 2] {
        self.sizes
    }

    /// Whether lead or body say anything.
    pub fn has_text(&self) -> bool {
        self.sizes[1] > 0
    }

    /// The tokens of the title, in no order that means anything.
    pub fn title(&self) -> &[Token] {
        &self.title
    }

    /// The parts `token` stands in, as bits: [`TITLE`] and one per passage.
    #[inline]
    pub fn parts(&self, token: Token) -> u64 {
        match self.places.get(token) {
            0 => 0,
            place => self.parts[usize::from(place) - 1],
        }
    }

    /// All tokens with their parts, in no order that means anything.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (Token, u64)> + '_ {
        self.places.iter().map(|(token, place)| (token, self.parts[usize::from(place) - 1]))
    }

    /// Number of passages.
    pub fn passages(&self) -> usize {
        self.passages
    }

    /// Whether there is nothing to compare with.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Memory held, in bytes: at most twelve per bucket.
    pub fn bytes(&self) -> usize {
        self.places.bytes() + 8 * self.parts.capacity() + 2 * self.title.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_knows_its_parts() {
        let article =
            ArticleTokens::new("Neue Brücke", "Die Brücke kommt.", "Es wird gebaut.\n\nDie Brücke hält.");
        let parts = |word: &str| article.parts(Bag::new(&Folded::new(word)).tokens()[0]);
        assert_eq!(parts("Brücke"), 0b1011);
        assert_eq!(parts("Suppe"), 0);
        assert_eq!(article.passages(), 3);
        let title = Bag::new(&Folded::new("Neue Brücke"));
        assert_eq!(article.sizes()[0], title.tokens().len() as u32);
        let mut tokens = article.title().to_vec();
        tokens.sort_unstable();
        assert_eq!(tokens, title.tokens());
    }

    #[test]
    fn a_text_of_many_paragraphs_has_at_most_the_passages_told_apart() {
        let text = vec!["Absatz eins zwei drei"; 1000].join("\n\n");
        assert!(passages("", &text).len() <= PASSAGES);
        assert_eq!(passages("", &text).iter().flatten().count(), 1000);
        assert!(ArticleTokens::new("", "", &text).parts.iter().all(|bits| bits & TITLE == 0));
        assert!(passages("", "").is_empty() && ArticleTokens::new("", " ", "!").is_empty());
    }
}

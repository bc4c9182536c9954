//! What goes with what: pairs of a token of the title and a token of the comment, so that
//! training can learn that two words belong together which have no letter in common
//! (supervised semantic indexing: Bai et al. 2009).
//!
//! A word has about as many tokens as letters, so two words make some thirty pairs; of all
//! pairs those are kept whose hash says so, which costs little accuracy and an eighth of the
//! memory (docs/off-topic.md).

use super::Context;
use super::article::ArticleTokens;
use super::bag::{Bag, Token};
use crate::features::ngram::{bucket, mix};

/// One in `2^SPARED` pairs is kept.
const SPARED: u32 = 3;

/// Calls `each(token, bucket)` for every kept pair of a token of the title and one of the
/// comment, over `2^bits` buckets; `token` is that of the comment. Without a title there is none.
pub fn for_each_pair(comment: &Bag, context: &Context<'_>, bits: u32, mut each: impl FnMut(Token, u32)) {
    for &of_title in context.article.map_or(&[][..], ArticleTokens::title) {
        for &token in comment.tokens() {
            let hash = mix(u64::from(of_title) << 16 | u64::from(token));
            if hash.trailing_zeros() >= SPARED {
                each(token, bucket(hash, bits));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    fn pairs(comment: &str, title: &str) -> Vec<(Token, u32)> {
        let article = ArticleTokens::new(title, "Vorspann", "Und ein Absatz.");
        let context = Context { article: Some(&article), ..Context::default() };
        let mut pairs = Vec::new();
        for_each_pair(&Bag::new(&Folded::new(comment)), &context, 18, |token, bucket| {
            pairs.push((token, bucket));
        });
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn a_pair_is_of_the_title_and_the_comment_and_has_a_direction() {
        let comment = "Der Zug hält nicht, und niemand sagt warum";
        let own = pairs(comment, "Straßenbahn entgleist");
        let tokens = |text: &str| Bag::new(&Folded::new(text)).tokens().len();
        let all = tokens(comment) * tokens("Straßenbahn entgleist");
        assert!((all / 16..all / 4).contains(&own.len()), "{} of {all}", own.len());
        assert!(own.iter().all(|pair| pairs(comment, "Suppe").binary_search(pair).is_err()));
        let both = pairs(comment, "Straßenbahn entgleist Suppe");
        assert!(own.iter().all(|pair| both.binary_search(pair).is_ok()) && both.len() > own.len());
        let turned = pairs("Straßenbahn entgleist", comment);
        let buckets = |pairs: &[(Token, u32)]| pairs.iter().map(|p| p.1).collect::<Vec<_>>();
        assert_ne!(buckets(&own), buckets(&turned));
    }

    #[test]
    fn without_title_or_comment_there_is_no_pair() {
        assert!(pairs("", "Straßenbahn").is_empty() && pairs("Der Zug hält", "").is_empty());
        for_each_pair(&Bag::new(&Folded::new("Zug")), &Context::default(), 18, |_, _| panic!("a pair"));
    }
}

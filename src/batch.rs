//! Comments held in memory with everything they are compared with: what the commands that look
//! at whole tables at once work on.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::comment::{Article, Comment};
use crate::explain::{Explanation, explain};
use crate::features::Extraction;
use crate::features::topic::{Bag, Context};
use crate::model::Model;
use crate::stream::Threads;
use crate::text::Folded;

/// The comments of one table, their articles and threads.
#[derive(Debug, Default)]
pub struct Batch {
    comments: Vec<Comment>,
    threads: Threads,
    /// What each answered comment says, by its row.
    parents: HashMap<usize, Bag>,
    /// The row each comment answers.
    parent_of: Vec<Option<usize>>,
}

impl Batch {
    /// Gathers threads and parents. What comes first of an article stays.
    pub fn new<'a>(comments: Vec<Comment>, articles: impl IntoIterator<Item = &'a Article>) -> Self {
        let mut threads = Threads::default();
        articles.into_iter().for_each(|article| threads.add_article(article));
        let row_of: HashMap<&str, usize> = comments
            .iter()
            .enumerate()
            .map(|(i, c)| (c.id.as_str(), i))
            .filter(|(id, _)| !id.is_empty())
            .collect();
        // As in a stream, a parent stands before its answers.
        let parent = |(i, c): (usize, &Comment)| {
            row_of.get(c.parent_id.as_str()).copied().filter(|parent| *parent < i)
        };
        let parent_of: Vec<Option<usize>> = comments.iter().enumerate().map(parent).collect();
        let parents =
            parent_of.iter().flatten().map(|&p| (p, Bag::new(&Folded::new(&comments[p].text)))).collect();
        comments.iter().for_each(|c| threads.add_comment(&c.text, &c.article_id));
        Self { comments, threads, parents, parent_of }
    }

    /// The comments, in the order of the table.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Number of comments.
    pub fn len(&self) -> usize {
        self.comments.len()
    }

    /// True without comments.
    pub fn is_empty(&self) -> bool {
        self.comments.is_empty()
    }

    /// What comment `i` is compared with.
    pub fn context(&self, i: usize) -> Context<'_> {
        let parent = self.parent_of[i].and_then(|p| self.parents.get(&p));
        Context { parent, ..self.threads.context(&self.comments[i].article_id) }
    }

    /// `measure` of every comment, given what was extracted of it, its tokens and its context.
    pub fn map<T: Send>(
        &self,
        model: &Model,
        measure: impl Fn(&Extraction, &Bag, &Context<'_>) -> T + Sync,
    ) -> Vec<T> {
        let one_by_one = |one: &mut Extraction, (i, comment): (usize, &Comment)| {
            model.extractor.extract(&comment.text, one);
            measure(one, &one.bag, &self.context(i))
        };
        self.comments.par_iter().enumerate().map_init(Default::default, one_by_one).collect()
    }

    /// Probabilities per label of the model, then per comment; `None` where there is nothing to
    /// compare it with.
    pub fn scores(&self, model: &Model) -> Vec<Vec<Option<f64>>> {
        let rows = self.map(model, |one, bag, context| model.score(one, bag, context));
        (0..model.labels.len()).map(|label| rows.iter().map(|row| row[label]).collect()).collect()
    }

    /// Why comment `i` scores as it does.
    pub fn explain(&self, model: &Model, i: usize) -> Vec<Explanation> {
        explain(model, &self.comments[i].text, &self.context(i))
    }

    /// Numbers from 0 of the groups that hang together: comments of one article, or, without one,
    /// those of the same text.
    pub fn groups(&self) -> Vec<usize> {
        let mut seen: HashMap<u64, usize> = HashMap::new();
        let mut folded = Folded::default();
        let mut key = |c: &Comment| match c.article_id.is_empty() {
            false => xxhash_rust::xxh3::xxh3_64_with_seed(c.article_id.as_bytes(), 1),
            true => {
                folded.fold(&c.text);
                xxhash_rust::xxh3::xxh3_64(&folded.symbols)
            }
        };
        let number = |c: &Comment| {
            let next = seen.len();
            *seen.entry(key(c)).or_insert(next)
        };
        self.comments.iter().map(number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::file::embedded;

    fn comment(id: &str, article: &str, parent: &str, text: &str) -> Comment {
        let own = str::to_owned;
        Comment {
            id: own(id),
            article_id: own(article),
            parent_id: own(parent),
            text: own(text),
            ..Comment::default()
        }
    }

    #[test]
    fn scores_are_those_of_one_comment_in_its_context() {
        let (model, _) = embedded().unwrap();
        let batch = Batch::new(
            vec![
                comment("1", "a", "", "Die neue Tram ist längst überfällig."),
                comment("2", "a", "1", "Überfällig? Du hast doch keine Ahnung, du Trottel!"),
                comment("3", "", "", "Ganz allein hier."),
            ],
            [],
        );
        let scores = batch.scores(&model);
        for (label, scores) in model.labels.iter().zip(&scores) {
            for (i, score) in scores.iter().enumerate() {
                let found = batch.explain(&model, i).into_iter().find(|e| e.label == label.name);
                assert_eq!(found.map(|e| e.probability), *score, "{} {i}", label.name);
            }
        }
        assert_eq!(batch.context(1).parent, Some(&Bag::new(&Folded::new(&batch.comments()[0].text))));
        assert_eq!(batch.groups(), [0, 0, 1]);
    }
}

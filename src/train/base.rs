//! Training on top of a model: what a few hundred own labels cannot teach is taken from it.
//!
//! Spaces, document weights, background and word lists are the base's, so its weights mean
//! what they meant. Each block learns what to add to the base's margins (its penalty is on
//! the distance from the base's weights), and the head what to add to the base's log-odds.
//! The sums are weights again: the new model is as large as the base and holds no model
//! inside.

use crate::error::{Error, Result};
use crate::features::ngram::Space;
use crate::head::Head;
use crate::model::block::Block;
use crate::model::{LabelModel, Model};

use super::Config;

/// Parameters that a base decides.
const DECIDED: [&str; 6] = ["blocks", "char_bits", "word_bits", "class_bits", "pair_bits", "min_documents"];

impl Config {
    /// The parameters of a training on top of a model trained with `base`: what the TOML
    /// `text` does not name is as it was there, but for the tables named and the penalty of the
    /// head, which are as in [`Config::default`].
    ///
    /// # Errors
    /// As [`Config::from_toml`], and if the text names what the base decides.
    pub fn on_base(base: &Config, text: &str) -> Result<Self> {
        let wrong = |e: &dyn std::fmt::Display| Error::parameter(e.to_string());
        let own: toml::Table = text.parse().map_err(|e: toml::de::Error| wrong(&e.message()))?;
        if let Some(name) = DECIDED.iter().find(|name| own.contains_key(**name)) {
            return Err(Error::parameter(format!("`{name}` is decided by the base; leave it out")));
        }
        let mut config = base.clone();
        // How far the base's tables could be trusted, and their names, say nothing of the new ones.
        config.head_penalty = Config::default().head_penalty;
        config.head_sources.clear();
        config.blocks.iter_mut().for_each(|block| block.sources.clear());
        let mut all = toml::Table::try_from(config).map_err(|e| wrong(&e))?;
        for (name, value) in own {
            match (all.get_mut(&name), value) {
                // Of a table, too, what is not named is as it was.
                (Some(toml::Value::Table(all)), toml::Value::Table(own)) => all.extend(own),
                (_, value) => drop(all.insert(name, value)),
            }
        }
        let config: Self = all.try_into().map_err(|e: toml::de::Error| wrong(&e.message()))?;
        config.check()?;
        Ok(config)
    }
}

/// The label `name` of `base`.
///
/// # Errors
/// If it has none of that name.
pub fn label<'a>(base: &'a Model, name: &str) -> Result<&'a LabelModel> {
    base.labels.iter().find(|l| l.name == name).ok_or_else(|| {
        let names: Vec<&str> = base.labels.iter().map(|l| l.name.as_str()).collect();
        Error::labels(format!(
            "the base knows no label `{name}`, only {}: choose with --labels, and train others without a base",
            names.join(", ")
        ))
    })
}

/// The block `name` of `label`.
///
/// # Errors
/// If it has none of that name.
pub fn block<'a>(label: &'a LabelModel, name: &str) -> Result<&'a Block> {
    let found = label.blocks.iter().find(|b| b.name == name);
    found.ok_or_else(|| Error::model(format!("the base has no block `{name}` for `{}`", label.name)))
}

/// Document weights of `space`, one per bucket of the `width`; 0 where no block uses it.
pub fn idf(base: &Model, space: Space, width: usize) -> Vec<f64> {
    let idf = &base.idf[space as usize];
    if idf.is_empty() { vec![0.0; width] } else { idf.iter().map(|&w| f64::from(w)).collect() }
}

/// The head of `label` as far as the new head uses its columns.
pub fn head(label: &LabelModel, used: &[bool]) -> Head {
    let mut head = label.head.clone();
    head.weights.iter_mut().zip(used).filter(|(_, used)| !**used).for_each(|(w, _)| *w = 0.0);
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_as_in_the_base() {
        let mut base = Config { seed: 9, head_penalty: 7.0, ..Config::default() };
        base.blocks.truncate(1);
        base.blocks[0].sources.push("corpus".to_owned());
        base.head_sources.push("corpus".to_owned());
        base.columns.insert("incivility".to_owned(), vec!["!topic.".to_owned()]);
        let text = "seed = 3\n[prevalence]\noff_topic = 0.1\n[columns]\noff_topic = [\"topic.\"]";
        let config = Config::on_base(&base, text).unwrap();
        assert_eq!(config.columns["incivility"], ["!topic."]);
        assert_eq!(config.columns["off_topic"], ["topic."]);
        assert_eq!((config.seed, config.head_penalty, config.blocks.len()), (3, 100.0, 1));
        assert_eq!(config.prevalence["off_topic"], 0.1);
        assert!(config.blocks[0].sources.is_empty() && config.head_sources.is_empty());
    }

    #[test]
    fn what_the_base_decides_is_refused_by_name() {
        for (text, said) in [
            ("char_bits = 12", "`char_bits` is decided by the base"),
            ("blocks = []", "`blocks` is decided by the base"),
            ("folds = 1", "folds"),
            ("colour = 1", "colour"),
        ] {
            let message = Config::on_base(&Config::default(), text).unwrap_err().to_string();
            assert!(message.contains(said), "{message}");
        }
    }
}

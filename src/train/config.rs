//! Parameters of a training run; part of every model as they were in force.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::features::ngram::Space;
use crate::features::weighting::Weighting;
use crate::threshold::Objective;

/// Everything that decides what a model becomes, the data apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Seed of the fold assignment.
    pub seed: u64,
    /// Folds of the out-of-fold margins, 2–20.
    pub folds: usize,
    /// Buckets of the character table, as a power of two, 10–22.
    pub char_bits: u32,
    /// Buckets of the word table, as a power of two, 10–22.
    pub word_bits: u32,
    /// Buckets of the table of word classes, as a power of two, 10–22.
    pub class_bits: u32,
    /// Buckets of the table of pairs, as a power of two, 10–22.
    pub pair_bits: u32,
    /// An n-gram in fewer training comments than this is ignored.
    pub min_documents: u32,
    /// L2 penalty of the head on standardised columns, above 0.
    pub head_penalty: f64,
    /// Columns that the head of a label uses, each named by the beginning of its name; one
    /// after a `!` is left out (`["!topic."]`: all but the topic). A label that is not
    /// listed uses all.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Share of comments that a label is expected to hold for, by label, above 0 and
    /// below 1: its probabilities are for that share. Not listed: the share among the
    /// rows of the head, which swings with the articles that happen to be judged.
    pub prevalence: BTreeMap<String, f64>,
    /// Tables the heads are fitted on, each named by a part of its path; none: all.
    pub head_sources: Vec<String>,
    /// What the thresholds maximise on out-of-fold probabilities.
    pub objective: String,
    /// The text blocks.
    pub blocks: Vec<BlockConfig>,
}

/// A text block: one sparse regression per label, whose margin is a column of the head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockConfig {
    /// Name of the column, unique.
    pub name: String,
    /// What it is made of.
    pub space: Space,
    /// How that is scaled.
    pub weighting: Weighting,
    /// Inverse strength of the L2 penalty, above 0.
    pub c: f64,
    /// Tables the block is fitted on, each named by a part of its path; none: all.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Labels that have this block; none: all.
    #[serde(default)]
    pub labels: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        let block = |name: &str, space, weighting, c| BlockConfig {
            name: name.to_owned(),
            space,
            weighting,
            c,
            sources: Vec::new(),
            labels: Vec::new(),
        };
        Self {
            seed: 1,
            folds: 5,
            char_bits: 18,
            word_bits: 17,
            class_bits: 16,
            pair_bits: 18,
            min_documents: 2,
            head_penalty: 100.0,
            columns: BTreeMap::new(),
            prevalence: BTreeMap::new(),
            head_sources: Vec::new(),
            objective: "max f1".to_owned(),
            blocks: vec![
                block("chars", Space::Chars, Weighting::Idf, 8.0),
                block("chars_nb", Space::Chars, Weighting::NaiveBayes, 1.0),
                block("words", Space::Words, Weighting::Idf, 4.0),
                block("words_nb", Space::Words, Weighting::NaiveBayes, 2.0),
                block("classes", Space::Classes, Weighting::Idf, 0.5),
            ],
        }
    }
}

impl Config {
    /// Reads a TOML text; what it does not name keeps its default.
    ///
    /// # Errors
    /// If it is not TOML, names an unknown parameter, or a value is out of range.
    pub fn from_toml(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|e| Error::parameter(e.message().to_owned()))?;
        config.check()?;
        Ok(config)
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first parameter that is out of range, with its range.
    pub fn check(&self) -> Result<()> {
        let within = |name: &str, value: f64, low: f64, high: f64| match (low..=high).contains(&value) {
            true => Ok(()),
            false => Err(Error::parameter(format!("`{name}` is {value}, but must be from {low} to {high}"))),
        };
        within("folds", self.folds as f64, 2.0, 20.0)?;
        within("char_bits", f64::from(self.char_bits), 10.0, 22.0)?;
        within("word_bits", f64::from(self.word_bits), 10.0, 22.0)?;
        within("class_bits", f64::from(self.class_bits), 10.0, 22.0)?;
        within("pair_bits", f64::from(self.pair_bits), 10.0, 22.0)?;
        within("head_penalty", self.head_penalty, 1e-6, 1e9)?;
        for block in &self.blocks {
            within(&format!("blocks.{}.c", block.name), block.c, 1e-6, 1e6)?;
        }
        let mut names: Vec<_> = self.blocks.iter().map(|b| &b.name).collect();
        names.sort();
        names.dedup();
        if names.len() != self.blocks.len() || names.is_empty() {
            return Err(Error::parameter("`blocks` needs at least one block, and every name once"));
        }
        let outside = |share: f64| !(share > 0.0 && share < 1.0);
        if let Some((label, share)) = self.prevalence.iter().find(|(_, share)| outside(**share)) {
            return Err(Error::parameter(format!(
                "`prevalence` of `{label}` is {share}; it lies between 0 and 1"
            )));
        }
        self.objective()?;
        Ok(())
    }

    /// Whether the head of `label` uses the column called `name`.
    pub fn uses(&self, label: &str, name: &str) -> bool {
        let Some(names) = self.columns.get(label) else { return true };
        let (out, of): (Vec<&str>, Vec<&str>) =
            names.iter().map(String::as_str).partition(|n| n.starts_with('!'));
        let left_out = out.iter().any(|n| name.starts_with(&n[1..]));
        !left_out && (of.is_empty() || of.iter().any(|n| name.starts_with(n)))
    }

    /// The objective of the thresholds.
    ///
    /// # Errors
    /// If it is not one that the query language knows.
    pub fn objective(&self) -> Result<Objective> {
        self.objective.parse()
    }

    /// Buckets per space, as powers of two, in the order of [`Space::ALL`].
    pub fn bits(&self) -> [u32; Space::ALL.len()] {
        [self.char_bits, self.word_bits, self.class_bits, self.pair_bits]
    }
}

/// Whether a table of this name is one of `wanted`, each a part of a path; none wants all.
pub fn names_source(wanted: &[String], name: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_keeps_its_default() {
        let config = Config::from_toml("seed = 7\nobjective = \"max macro_f1\"").unwrap();
        assert_eq!(config, Config { seed: 7, objective: "max macro_f1".to_owned(), ..Config::default() });
    }

    #[test]
    fn a_config_out_of_range_is_refused_by_name() {
        for (text, name) in [
            ("folds = 1", "folds"),
            ("char_bits = 40", "char_bits"),
            ("head_penalty = 0.0", "head_penalty"),
            ("blocks = []", "blocks"),
            ("[prevalence]\noff_topic = 1.0", "prevalence"),
            ("colour = 1", "colour"),
            ("objective = \"be nice\"", "be nice"),
        ] {
            let message = Config::from_toml(text).unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn a_label_uses_the_columns_listed_for_it() {
        let config = Config::from_toml("[columns]\noff_topic = [\"topic.\", \"chars\"]").unwrap();
        assert!(config.uses("off_topic", "topic.all") && config.uses("off_topic", "chars_nb"));
        assert!(!config.uses("off_topic", "words") && config.uses("incivility", "words"));
    }

    #[test]
    fn a_head_uses_what_its_label_lists() {
        let text = "[columns]\na = [\"topic.\", \"!topic.rel\"]\nb = [\"!topic.\"]";
        let config = Config::from_toml(text).unwrap();
        for (label, name, used) in [
            ("a", "topic.all", true),
            ("a", "topic.rel_all", false),
            ("a", "words", false),
            ("b", "topic.all", false),
            ("b", "words", true),
            ("c", "topic.all", true),
        ] {
            assert_eq!(config.uses(label, name), used, "{label} {name}");
        }
    }

    #[test]
    fn written_as_toml_it_reads_back() {
        let config = Config::default();
        assert_eq!(Config::from_toml(&toml::to_string(&config).unwrap()).unwrap(), config);
    }
}

//! `--base`: what a training stands on.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use netiquette::Model;
use netiquette::model::file::{ModelId, is_model};

use super::models::load;
use super::paths::is_stdout;

/// Name of the embedded model on the command line.
const DEFAULT: &str = "default";

/// A model or a table of judged comments.
pub enum Base {
    /// Its weights are where the new ones start.
    Model(Box<Model>, ModelId),
    /// Its rows are learned from too, as those of a table before all others.
    Table(PathBuf),
}

impl Base {
    /// What stands at `path`; `default` is the embedded model.
    ///
    /// # Errors
    /// If it cannot be read or is a damaged model.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let model = match path.to_str() {
            Some(DEFAULT) => Some(load(None)?),
            _ if begins_like_a_model(path) => Some(load(Some(path))?),
            _ => None,
        };
        Ok(match model {
            Some((model, id)) => Self::Model(Box::new(model), id),
            None => Self::Table(path.to_owned()),
        })
    }

    /// The model, if it is one.
    pub fn model(&self) -> Option<&Model> {
        match self {
            Self::Model(model, _) => Some(model),
            Self::Table(_) => None,
        }
    }
}

/// Whatever cannot be read is left to the reader of tables, which says why.
fn begins_like_a_model(path: &Path) -> bool {
    let mut head = Vec::new();
    let opened = if is_stdout(path) { None } else { File::open(path).ok() };
    opened.is_some_and(|file| file.take(16).read_to_end(&mut head).is_ok()) && is_model(&head)
}

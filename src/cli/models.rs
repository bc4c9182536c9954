//! Reading models: the embedded default or a file, or several for one pass.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use netiquette::error::{Error, Position};
use netiquette::model::LabelModel;
use netiquette::model::file::{ModelId, embedded, read};
use netiquette::{Model, Result};

/// Largest model file that is read, in bytes; a real one has under ten million.
const LARGEST: u64 = 1 << 30;

/// What names the embedded model where a file is expected.
pub const DEFAULT: &str = "default";

/// Whether `path` names the embedded model; a file of that name is `./default`.
pub fn is_default(path: &Path) -> bool {
    path.as_os_str() == DEFAULT
}

/// The model at `path`, or the embedded one.
///
/// # Errors
/// If it cannot be read or is no sound model.
pub fn load(path: Option<&Path>) -> Result<(Model, ModelId)> {
    let Some(path) = path.filter(|path| !is_default(path)) else { return embedded() };
    let place = || Position::file(path.display().to_string());
    let read_file = || -> Result<Vec<u8>> {
        let size = std::fs::metadata(path)?.len();
        if size > LARGEST {
            return Err(Error::model(format!("{size} bytes are too many for a model")));
        }
        Ok(std::fs::read(path)?)
    };
    read_file().and_then(|bytes| read(&bytes)).map_err(|e| e.at(place()))
}

/// One of the models that score in one pass.
#[derive(Debug)]
pub struct Named {
    /// Stands before its columns, with a dot; empty where it is the only model.
    pub name: String,
    pub model: Model,
    pub id: ModelId,
}

impl Named {
    /// A column of this model.
    pub fn column(&self, name: &str) -> String {
        if self.name.is_empty() { name.to_owned() } else { format!("{}.{name}", self.name) }
    }
}

/// The models at `paths`, the embedded one if there is none. Several are told apart by the
/// names of their files.
///
/// # Errors
/// If one cannot be read, or two would write a column of the same name.
pub fn load_all(paths: &[PathBuf]) -> Result<Vec<Named>> {
    let named = |path: &PathBuf| -> Result<Named> {
        let (model, id) = load(Some(path))?;
        let stem = path.file_stem().map(OsStr::to_string_lossy).unwrap_or_default();
        let name = if paths.len() > 1 { stem.into_owned() } else { String::new() };
        Ok(Named { name, model, id })
    };
    let models = match paths {
        [] => vec![embedded().map(|(model, id)| Named { name: String::new(), model, id })?],
        paths => paths.iter().map(named).collect::<Result<_>>()?,
    };
    let mut seen = std::collections::HashSet::new();
    match columns(&models).into_iter().find(|column| !seen.insert(column.name.clone())) {
        None => Ok(models),
        Some(Column { name, .. }) => Err(Error::parameter(format!(
            "two models would both write the column `{name}`; columns are named by the models' files: \
             name one of them through a link of another name"
        ))),
    }
}

/// A column that scoring adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub cell: Cell,
}

/// What stands in it; labels are numbered over all models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Score(usize),
    Flag(usize),
    ModelId(String),
}

/// The columns that models add to a row, in order: per model two for each label, then its id.
pub fn columns(models: &[Named]) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut label = 0;
    for model in models {
        let mut add = |name: &str, cell| columns.push(Column { name: model.column(name), cell });
        for LabelModel { name, .. } in &model.model.labels {
            add(&format!("{name}_score"), Cell::Score(label));
            add(&format!("{name}_flagged"), Cell::Flag(label));
            label += 1;
        }
        add("model_id", Cell::ModelId(model.id.to_string()));
    }
    columns
}

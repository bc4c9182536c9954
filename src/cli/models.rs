//! Reading models: the embedded default or a file.

use std::path::Path;

use netiquette::error::{Error, Position};
use netiquette::model::file::{ModelId, embedded, read};
use netiquette::{Model, Result};

/// Largest model file that is read, in bytes; a real one has under ten million.
const LARGEST: u64 = 1 << 30;

/// The model at `path`, or the embedded one.
///
/// # Errors
/// If it cannot be read or is no sound model.
pub fn load(path: Option<&Path>) -> Result<(Model, ModelId)> {
    let Some(path) = path else { return embedded() };
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

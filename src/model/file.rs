//! Bytes to model and back: magic, format version, tensors with a JSON header
//! (safetensors), BLAKE3 of all that.
//!
//! A model file holds hashed features only: no comment text and no training words. It
//! carries the word lists it was trained with, which come with the program.

use std::collections::HashMap;

use half::f16;
use half::slice::HalfFloatSliceExt;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use super::block::Block;
use super::{Figures, LabelModel, Model, Provenance};
use crate::error::{Error, Result};
use crate::features::Extractor;
use crate::features::lexicon::Lexicon;
use crate::features::ngram::Space;
use crate::features::topic::{BUCKETS, Background, COLUMNS, Subspace};
use crate::head::Head;
use crate::train::Config;

const MAGIC: [u8; 8] = *b"NETIQMDL";
/// Version of the file format and of the features; raised when either changes.
pub const FORMAT: u32 = 4;
const PREFIX: usize = MAGIC.len() + 4;
const CHECKSUM: usize = 32;
/// Key of the header among the tensors' metadata.
const HEADER: &str = "netiquette";

/// Whether `bytes` begin like a model file.
pub fn is_model(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// First twelve hexadecimal digits of a model file's content hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModelId(String);

impl std::fmt::Display for ModelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    labels: Vec<LabelHeader>,
    config: Config,
    provenance: Provenance,
    /// Texts the background was learned from.
    background_documents: u32,
    /// Category and text of each word list.
    lexicon: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct LabelHeader {
    name: String,
    threshold: f64,
    head: Head,
    blocks: Vec<BlockHeader>,
    figures: Figures,
}

#[derive(Serialize, Deserialize)]
struct BlockHeader {
    name: String,
    space: Space,
    intercept: f64,
    own_scale: bool,
}

/// The bytes of a model file.
///
/// # Errors
/// None for a model that [`train`](crate::train::train) made or [`read`] read.
pub fn write(model: &Model) -> Result<Vec<u8>> {
    let header = Header {
        labels: model.labels.iter().map(label_header).collect(),
        config: model.config.clone(),
        provenance: model.provenance.clone(),
        background_documents: model.background.levels().0,
        lexicon: model.extractor.lexicon().lists().map(|(c, l)| (c.to_owned(), l.to_owned())).collect(),
    };
    let json = serde_json::to_string(&header).map_err(|e| Error::model(e.to_string()))?;
    let mut tensors: Vec<(String, Dtype, Vec<u8>)> = Vec::new();
    for (space, idf) in Space::ALL.iter().zip(&model.idf).filter(|(_, idf)| !idf.is_empty()) {
        tensors.push((format!("idf.{}", space.name()), Dtype::F16, halves(idf)));
    }
    tensors.push(("background".to_owned(), Dtype::U8, model.background.levels().1.to_vec()));
    if let Some(space) = model.background.subspace() {
        tensors.push(("subspace".to_owned(), Dtype::U8, space.table()));
    }
    for label in &model.labels {
        for block in &label.blocks {
            let name = format!("{}.{}", label.name, block.name);
            tensors.push((format!("{name}.weights"), Dtype::F16, halves(&block.weights)));
            if let Some(scale) = &block.scale {
                tensors.push((format!("{name}.scale"), Dtype::F16, halves(scale)));
            }
        }
    }
    let views = tensors.iter().map(|(name, dtype, bytes)| {
        let view = TensorView::new(*dtype, vec![bytes.len() * 8 / dtype.bitsize()], bytes);
        view.map(|view| (name.as_str(), view)).map_err(|e| Error::model(e.to_string()))
    });
    let views: Vec<_> = views.collect::<Result<_>>()?;
    let metadata = HashMap::from([(HEADER.to_owned(), json)]);
    let body = safetensors::serialize(views, Some(metadata)).map_err(|e| Error::model(e.to_string()))?;
    let mut bytes = [&MAGIC[..], &FORMAT.to_le_bytes(), &body].concat();
    let checksum = blake3::hash(&bytes);
    bytes.extend_from_slice(checksum.as_bytes());
    Ok(bytes)
}

/// Reads the bytes of a model file.
///
/// # Errors
/// [`Kind::Model`](crate::error::Kind::Model) if they are no model, of another format
/// version, cut, altered anywhere, or do not fit together.
pub fn read(bytes: &[u8]) -> Result<(Model, ModelId)> {
    let (body, id) = verified(bytes)?;
    let damaged =
        |what: &dyn std::fmt::Display| Error::model(format!("this model does not fit together: {what}"));
    let (_, metadata) = SafeTensors::read_metadata(body).map_err(|e| damaged(&e))?;
    let tensors = SafeTensors::deserialize(body).map_err(|e| damaged(&e))?;
    let json =
        metadata.metadata().as_ref().and_then(|m| m.get(HEADER)).ok_or_else(|| damaged(&"no header"))?;
    let header: Header = serde_json::from_str(json).map_err(|e| damaged(&e))?;
    header.config.check()?;
    let extractor = Extractor::new(Lexicon::new(header.lexicon)?, header.config.bits());
    let tensor = |name: &str, buckets: usize| floats(&tensors, name, buckets);
    let buckets = |space: Space| 1usize << extractor.bits(space);
    if header.labels.is_empty() {
        return Err(damaged(&"it has no label"));
    }
    let mut idf = Space::ALL.map(|_| Vec::new());
    let mut labels = Vec::new();
    let scalars = extractor.scalar_names().len();
    for label in header.labels {
        let mut blocks = Vec::new();
        for block in label.blocks {
            let name = format!("{}.{}", label.name, block.name);
            let n = buckets(block.space);
            let of_space: &mut Vec<f32> = &mut idf[block.space as usize];
            if of_space.is_empty() {
                *of_space = tensor(&format!("idf.{}", block.space.name()), n)?;
            }
            let scale = block.own_scale.then(|| tensor(&format!("{name}.scale"), n)).transpose()?;
            let weights = tensor(&format!("{name}.weights"), n)?;
            blocks.push(Block {
                name: block.name,
                space: block.space,
                scale,
                weights,
                intercept: block.intercept,
            });
        }
        let columns = 2 * blocks.len() + scalars + COLUMNS.len();
        if label.head.weights.len() != columns || label.head.means.len() != columns {
            return Err(damaged(&format!("label `{}` has no head of {columns} columns", label.name)));
        }
        let LabelHeader { name, threshold, head, figures, .. } = LabelHeader { blocks: Vec::new(), ..label };
        labels.push(LabelModel { name, blocks, head, threshold, figures });
    }
    let levels = tensors.tensor("background").map_err(|e| damaged(&e))?.data();
    if levels.len() != BUCKETS {
        return Err(damaged(&"the background table has another size"));
    }
    let subspace = match tensors.tensor("subspace") {
        Ok(view) => {
            let read = Subspace::from_table(view.data());
            Some(read.ok_or_else(|| damaged(&"the space of the topic has another size"))?)
        }
        Err(_) => None,
    };
    let background =
        Background::from_levels(header.background_documents, levels.to_vec()).with_subspace(subspace);
    let (config, provenance) = (header.config, header.provenance);
    Ok((Model { idf, extractor, background, labels, config, provenance }, id))
}

/// The tensors' bytes and the model's id, once magic, version and checksum are right.
fn verified(bytes: &[u8]) -> Result<(&[u8], ModelId)> {
    if !is_model(bytes) || bytes.len() < PREFIX + CHECKSUM {
        return Err(Error::model("this is not a netiquette model"));
    }
    let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
    let version = u32::from_le_bytes([content[8], content[9], content[10], content[11]]);
    let hash = blake3::hash(content);
    // A foreign version is said first: its checksum may be elsewhere.
    if version > FORMAT && version < FORMAT + 1000 {
        return Err(Error::model(format!(
            "this model has format {version}, written by a newer netiquette; this one reads format {FORMAT}: \
             update netiquette or retrain"
        )));
    }
    if hash.as_bytes() != checksum {
        return Err(Error::model(
            "this model is damaged: its checksum does not match (copy or train it anew)",
        ));
    }
    if version != FORMAT {
        return Err(Error::model(format!(
            "this model has format {version}, written by an older netiquette; this one reads format {FORMAT}, \
             whose features differ: train it anew"
        )));
    }
    Ok((&content[PREFIX..], ModelId(hash.to_hex()[..12].to_owned())))
}

fn label_header(label: &LabelModel) -> LabelHeader {
    let block = |b: &Block| BlockHeader {
        name: b.name.clone(),
        space: b.space,
        intercept: b.intercept,
        own_scale: b.scale.is_some(),
    };
    LabelHeader {
        name: label.name.clone(),
        threshold: label.threshold,
        head: label.head.clone(),
        blocks: label.blocks.iter().map(block).collect(),
        figures: label.figures.clone(),
    }
}

fn halves(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect()
}

fn floats(tensors: &SafeTensors<'_>, name: &str, count: usize) -> Result<Vec<f32>> {
    let wrong = |what: &str| Error::model(format!("this model does not fit together: tensor {name} {what}"));
    let view = tensors.tensor(name).map_err(|_| wrong("is missing"))?;
    if view.dtype() != Dtype::F16 || view.data().len() != 2 * count {
        return Err(wrong("has another type or size"));
    }
    let halves: Vec<f16> = view.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]])).collect();
    let mut values = vec![0.0; count];
    halves.convert_to_f32_slice(&mut values);
    match values.iter().all(|v| v.is_finite()) {
        true => Ok(values),
        false => Err(wrong("holds a value that is not finite")),
    }
}

/// The default model, trained by the recipe in `models/README.md`.
static EMBEDDED: &[u8] = include_bytes!("../../models/default.model");

/// Reads the default model that is embedded in the program.
///
/// # Errors
/// None in a build whose tests passed.
pub fn embedded() -> Result<(Model, ModelId)> {
    read(EMBEDDED)
}

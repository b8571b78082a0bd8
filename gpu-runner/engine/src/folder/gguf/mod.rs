//! GGUF files, versions 2 and 3: llama.cpp's container of metadata, tokenizer and tensors.
//!
//! The file is hostile until it is read: every count, length and offset has a bound and is checked before it is used.

mod config;
mod error;
mod metadata;
mod names;
mod reader;
mod tokenizer;
mod writer;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

pub use error::GgufError;
use metadata::Metadata;
use reader::{Header, RawTensor};
pub use writer::{GgufWriter, TensorKind};

use super::{
    ModelFiles, open_file,
    weights::{Encoding, RowOrder, Stored, Weights},
};
use crate::EngineError;

/// Alignment of tensors where the file names none.
const DEFAULT_ALIGNMENT: u64 = 32;

/// A GGUF file whose header is read and checked.
pub struct Gguf {
    path: PathBuf,
    file: File,
    metadata: Metadata,
    /// Tensors by the names of the file.
    tensors: BTreeMap<String, Stored>,
}

impl Gguf {
    /// Reads the header; every tensor lies inside the file afterwards.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        let file = open_file(path)?;
        let unreadable = |source| EngineError::UnreadableFile { path: path.to_owned(), source };
        let length = file.metadata().map_err(unreadable)?.len();
        let refuse = |source| EngineError::Gguf { path: path.to_owned(), source };
        let header = reader::read_header(BufReader::new(&file), length).map_err(refuse)?;
        let tensors = directory(&header, length).map_err(refuse)?;
        Ok(Self { path: path.to_owned(), file, metadata: header.metadata, tensors })
    }

    /// What `tokenizer_config.json` is in a folder: chat template and special tokens.
    pub fn tokenizer_config(&self) -> Result<Option<String>, EngineError> {
        let refuse = |source| EngineError::Gguf { path: self.path.clone(), source };
        let files = tokenizer::read_chat(&self.metadata).map_err(refuse)?;
        let text = files.into_iter().next().map(|(_, bytes)| String::from_utf8(bytes));
        text.transpose().map_err(|_| refuse(GgufError::NotText))
    }

    /// The file as a model of Hugging Face's names and files.
    pub fn into_files(self) -> Result<ModelFiles, EngineError> {
        let refuse = |source| EngineError::Gguf { path: self.path.clone(), source };
        let config = config::read(&self.metadata, &self.tensors).map_err(refuse)?;
        let tokenizer = tokenizer::read(&self.metadata).map_err(refuse)?;
        let chat = tokenizer::read_chat(&self.metadata).map_err(refuse)?;
        let tensors = names::translate(self.tensors, &config).map_err(refuse)?;
        let weights = Weights::new(vec![(self.path.clone(), self.file)], tensors);
        let config = config.with_frequency_factors(&self.path, &weights)?;
        Ok(ModelFiles::of_gguf(self.path, config.into_bytes(), tokenizer, chat, weights))
    }
}

/// The directory with every place checked.
fn directory(header: &Header, length: u64) -> Result<BTreeMap<String, Stored>, GgufError> {
    let alignment = header.metadata.number("general.alignment")?.unwrap_or(DEFAULT_ALIGNMENT);
    if !alignment.is_power_of_two() || !(8..=1 << 16).contains(&alignment) {
        return Err(GgufError::Alignment { found: alignment });
    }
    let begin = header.length.next_multiple_of(alignment);
    let mut tensors = BTreeMap::new();
    for raw in &header.tensors {
        let stored = place(raw, begin, alignment, length)?;
        if tensors.insert(raw.name.clone(), stored).is_some() {
            return Err(GgufError::Twice { name: raw.name.clone() });
        }
    }
    Ok(tensors)
}

fn place(raw: &RawTensor, begin: u64, alignment: u64, length: u64) -> Result<Stored, GgufError> {
    let shape_error = || GgufError::Shape { tensor: raw.name.clone() };
    let Some(row) = raw.sizes.first() else { return Err(shape_error()) };
    let elements = raw.sizes.iter().try_fold(1u64, |product, size| product.checked_mul(*size));
    let elements = elements.filter(|elements| *elements > 0).ok_or_else(shape_error)?;
    let encoding = Encoding::of_gguf(raw.kind);
    let bytes = match encoding {
        Some(encoding) => {
            let (count, size) = encoding.block();
            if !row.is_multiple_of(count as u64) {
                return Err(shape_error());
            }
            (elements / count as u64).checked_mul(size as u64).ok_or_else(shape_error)?
        }
        // Of a format that is not read only the place of the first byte is known.
        None => 1,
    };
    let start = begin.saturating_add(raw.offset);
    let end = start.saturating_add(bytes);
    if !raw.offset.is_multiple_of(alignment) || end > length {
        let tensor = raw.name.clone();
        return Err(GgufError::Outside { tensor, begin: start, end, length });
    }
    Ok(Stored {
        file: 0,
        offset: start,
        encoding: encoding.ok_or_else(|| format!("GGUF type {}", raw.kind)),
        // Elements fit into the file, so every size fits into memory's words.
        shape: raw.sizes.iter().rev().map(|size| *size as usize).collect(),
        order: RowOrder::Plain,
        added: 0.0,
    })
}

/// Ids that are named by several keys, each once, in the order of the keys.
fn distinct(ids: impl IntoIterator<Item = Option<u32>>) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    ids.into_iter().flatten().filter(|id| seen.insert(*id)).collect()
}

#[cfg(test)]
mod tests {
    use safetensors::SafeTensors;

    use super::*;

    /// Made by `models/recipe/golden_gguf.py`.
    fn made(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/gguf").join(name)
    }

    #[test]
    fn every_block_format_is_widened_as_pythons_package_widens_it() {
        let file = Gguf::open(&made("blocks.gguf")).unwrap();
        let weights = Weights::new(vec![(file.path, file.file)], file.tensors);
        let expected = std::fs::read(made("blocks.safetensors")).unwrap();
        let expected = SafeTensors::deserialize(&expected).unwrap();
        assert_eq!(expected.len(), 9);
        for (name, view) in expected.tensors() {
            let values = view.data().as_chunks().0.iter().map(|b| f32::from_le_bytes(*b));
            let values: Vec<f32> = values.collect();
            assert_eq!(weights.tensor(&name, &[2, 512]).unwrap(), values, "{name}");
            assert_eq!(weights.rows(&name, &[2, 512], 1..2).unwrap(), values[512..], "{name}");
        }
    }
}

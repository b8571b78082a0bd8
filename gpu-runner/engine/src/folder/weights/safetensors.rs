//! One `model.safetensors`, or the shards that `model.safetensors.index.json` names.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use safetensors::{SafeTensorError, tensor::Metadata};
use serde::Deserialize;

use super::{Encoding, RowOrder, Stored, Weights};
use crate::{EngineError, folder::read_file};

/// Longest header of one file: the bound of the format's own library.
const MAX_HEADER_BYTES: u64 = 100_000_000;

#[derive(Deserialize)]
struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

pub(super) fn open(dir: &Path) -> Result<Weights, EngineError> {
    let index = dir.join("model.safetensors.index.json");
    let mut names = vec!["model.safetensors".to_owned()];
    if !dir.join(&names[0]).exists() && index.exists() {
        let bytes = read_file(&index)?;
        let parsed: ShardIndex = serde_json::from_slice(&bytes)
            .map_err(|source| EngineError::InvalidJson { path: index.clone(), source })?;
        names = parsed.weight_map.into_values().collect();
        names.sort();
        names.dedup();
    }
    let (mut files, mut tensors) = (Vec::new(), BTreeMap::new());
    for name in names {
        // Only the last component: an index must not reach outside its folder.
        let path = dir.join(Path::new(&name).file_name().unwrap_or_default());
        let mut file = crate::folder::open_file(&path)?;
        let (begin, metadata) = header(&path, &mut file)?;
        for (name, info) in metadata.tensors() {
            let encoding = Encoding::of_safetensors(info.dtype);
            let stored = Stored {
                file: files.len(),
                offset: begin + info.data_offsets.0 as u64,
                encoding: encoding.ok_or_else(|| format!("{:?}", info.dtype)),
                shape: info.shape.clone(),
                order: RowOrder::Plain,
                added: 0.0,
            };
            // The first shard that has a tensor counts.
            tensors.entry(name).or_insert(stored);
        }
        files.push((path, file));
    }
    Ok(Weights::new(files, tensors))
}

/// Reads and checks the header; the tensors must fill the file exactly.
fn header(path: &Path, file: &mut File) -> Result<(u64, Metadata), EngineError> {
    let corrupt = |source| EngineError::CorruptWeights { path: PathBuf::from(path), source };
    let unreadable = |source| EngineError::UnreadableFile { path: PathBuf::from(path), source };
    let length = file.metadata().map_err(unreadable)?.len();
    let mut size = [0; 8];
    if length < 8 {
        return Err(corrupt(SafeTensorError::HeaderTooSmall));
    }
    file.read_exact(&mut size).map_err(unreadable)?;
    let size = u64::from_le_bytes(size);
    if size > MAX_HEADER_BYTES {
        return Err(corrupt(SafeTensorError::HeaderTooLarge));
    }
    if size + 8 > length {
        return Err(corrupt(SafeTensorError::InvalidHeaderLength));
    }
    let mut bytes = vec![0; size as usize];
    file.read_exact(&mut bytes).map_err(unreadable)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| corrupt(SafeTensorError::InvalidHeader(error)))?;
    let metadata: Metadata = serde_json::from_str(text)
        .map_err(|error| corrupt(SafeTensorError::InvalidHeaderDeserialization(error)))?;
    if size + 8 + metadata.data_len() as u64 != length {
        return Err(corrupt(SafeTensorError::MetadataIncompleteBuffer));
    }
    Ok((size + 8, metadata))
}

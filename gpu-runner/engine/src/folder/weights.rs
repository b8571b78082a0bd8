//! Tensors of a folder: one `model.safetensors`, or the shards that `model.safetensors.index.json` names.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::Deserialize;

use crate::EngineError;

#[derive(Deserialize)]
struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

/// The weight files of a folder, in memory.
pub struct WeightFiles {
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// The parsed weight files.
pub struct Weights<'a> {
    files: Vec<(&'a Path, SafeTensors<'a>)>,
}

impl WeightFiles {
    /// Reads the weight files of `dir`.
    pub fn read(dir: &Path) -> Result<Self, EngineError> {
        let index = dir.join("model.safetensors.index.json");
        let mut names = vec!["model.safetensors".to_owned()];
        if !dir.join(&names[0]).exists() && index.exists() {
            let bytes = super::read_file(&index)?;
            let parsed: ShardIndex = serde_json::from_slice(&bytes)
                .map_err(|source| EngineError::InvalidJson { path: index.clone(), source })?;
            names = parsed.weight_map.into_values().collect();
            names.sort();
            names.dedup();
        }
        let mut files = Vec::new();
        for name in names {
            // Only the last component: an index must not reach outside its folder.
            let file_name = Path::new(&name).file_name().unwrap_or_default();
            let path = dir.join(file_name);
            let bytes = super::read_file(&path)?;
            files.push((path, bytes));
        }
        Ok(Self { files })
    }

    /// Parses the headers; a damaged file is named.
    pub fn parse(&self) -> Result<Weights<'_>, EngineError> {
        let mut files = Vec::new();
        for (path, bytes) in &self.files {
            let tensors = SafeTensors::deserialize(bytes)
                .map_err(|source| EngineError::CorruptWeights { path: path.clone(), source })?;
            files.push((path.as_path(), tensors));
        }
        Ok(Weights { files })
    }
}

impl Weights<'_> {
    /// A tensor as f32 values, row-major; refuses another shape, another type and values that are not finite.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EngineError> {
        let (path, view) = self.find(name)?;
        let path = || path.to_owned();
        let tensor = || name.to_owned();
        if view.shape() != shape {
            return Err(EngineError::TensorShape {
                path: path(),
                tensor: tensor(),
                expected: shape.to_vec(),
                actual: view.shape().to_vec(),
            });
        }
        let Some(values) = widen(&view) else {
            let dtype = format!("{:?}", view.dtype());
            return Err(EngineError::TensorType { path: path(), tensor: tensor(), dtype });
        };
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(EngineError::NotFinite { path: path(), tensor: tensor() })
        }
    }

    fn find(&self, name: &str) -> Result<(&Path, TensorView<'_>), EngineError> {
        for (path, tensors) in &self.files {
            if let Ok(view) = tensors.tensor(name) {
                return Ok((path, view));
            }
        }
        let path = self.files.first().map(|(path, _)| path.to_path_buf()).unwrap_or_default();
        Err(EngineError::MissingTensor { path, tensor: name.to_owned() })
    }
}

fn widen(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let data = view.data();
    match view.dtype() {
        Dtype::F32 => Some(data.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()),
        Dtype::F16 => {
            Some(data.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect())
        }
        Dtype::BF16 => {
            Some(data.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect())
        }
        _ => None,
    }
}

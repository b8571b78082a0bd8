//! How a folder of sentence-transformers says that the last layer becomes one embedding.

use std::path::{Path, PathBuf};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{EngineError, folder::read_file};

/// From the rows of the last layer to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// The row of the first token.
    First,
    /// The mean over all tokens.
    Mean,
}

#[derive(Deserialize)]
struct Module {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Lengths {
    max_seq_length: Option<u64>,
}

/// Pooling of the folder: `modules.json` names its steps; without one it is the mean, as sentence-transformers does.
pub fn read(dir: &Path) -> Result<Pooling, EngineError> {
    let path = dir.join("modules.json");
    let Some(modules) = optional::<Vec<Module>>(&path)? else { return Ok(Pooling::Mean) };
    let mut pooling = Pooling::Mean;
    for Module { path: folder, kind } in modules {
        match kind.rsplit('.').next().unwrap_or_default() {
            // Every embedding of this engine has unit length, so a step that normalises changes nothing.
            "Transformer" | "Normalize" => {}
            "Pooling" => {
                // Only the last component: a list of steps must not reach outside its folder.
                let name = Path::new(&folder).file_name().unwrap_or_default();
                pooling = of_step(&dir.join(name).join("config.json"))?;
            }
            _ => return unsupported(&path, "type", kind, "Transformer, Pooling and Normalize"),
        }
    }
    Ok(pooling)
}

/// `max_seq_length` of `sentence_bert_config.json`: the texts that the model was made for.
pub fn longest_text(dir: &Path) -> Result<Option<u64>, EngineError> {
    let lengths = optional::<Lengths>(&dir.join("sentence_bert_config.json"))?;
    Ok(lengths.and_then(|lengths| lengths.max_seq_length))
}

fn of_step(path: &Path) -> Result<Pooling, EngineError> {
    let Some(fields) = optional::<Map<String, Value>>(path)? else {
        return Err(EngineError::MissingFile { path: path.to_owned() });
    };
    let is_on = |(name, value): (&String, &Value)| {
        (name.starts_with("pooling_mode_") && value == &Value::Bool(true)).then(|| name.clone())
    };
    let modes: Vec<String> = fields.iter().filter_map(is_on).collect();
    match modes.as_slice() {
        [one] if one == "pooling_mode_mean_tokens" => Ok(Pooling::Mean),
        [one] if one == "pooling_mode_cls_token" => Ok(Pooling::First),
        _ => {
            let supported = "pooling_mode_mean_tokens or pooling_mode_cls_token alone";
            unsupported(path, "pooling_mode", format!("{modes:?}"), supported)
        }
    }
}

fn unsupported<T>(
    path: &Path,
    field: &'static str,
    found: String,
    supported: &'static str,
) -> Result<T, EngineError> {
    let path = PathBuf::from(path);
    Err(EngineError::UnsupportedArchitecture { path, field, found, supported })
}

fn optional<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, EngineError> {
    let bytes = match read_file(path) {
        Ok(bytes) => bytes,
        Err(EngineError::MissingFile { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let parsed = serde_json::from_slice(&bytes);
    parsed.map(Some).map_err(|source| EngineError::InvalidJson { path: path.to_owned(), source })
}

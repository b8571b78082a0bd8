//! `stoa.json`: how a folder's matrices are to be stored. Part of the folder, because it is part of the model's identity.

use std::path::Path;

use serde::Deserialize;
use stoa_exact::INT4_GROUP_WIDTHS;

use super::{ModelConfig, raw::refuse};
use crate::EngineError;

/// Name of the file.
pub const FORMAT_FILE: &str = "stoa.json";
const SUPPORTED: &str = "\"int8\", and \"int4\" with a group_width of 32, 64 or 128";

/// How the matrices of the layers are stored. Embedding and output matrix are int8 always: their error has no later
/// layer to even it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightFormat {
    /// One scale a row.
    Int8,
    /// One scale a row and an integer scale for every group of inputs.
    Int4 {
        /// Inputs of a group: 32, 64 or 128.
        group: u32,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormatFile {
    weights: String,
    group_width: Option<u32>,
}

impl WeightFormat {
    /// What `dir/stoa.json` says; int8 where there is none.
    pub fn read(dir: &Path) -> Result<Self, EngineError> {
        let path = dir.join(FORMAT_FILE);
        let bytes = match crate::folder::read_file(&path) {
            Ok(bytes) => bytes,
            Err(EngineError::MissingFile { .. }) => return Ok(Self::Int8),
            Err(error) => return Err(error),
        };
        let file: FormatFile = serde_json::from_slice(&bytes)
            .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
        match (file.weights.as_str(), file.group_width) {
            ("int8", None) => Ok(Self::Int8),
            ("int4", Some(group)) if INT4_GROUP_WIDTHS.contains(&group) => Ok(Self::Int4 { group }),
            (weights, group) => {
                refuse(&path, "weights", format!("{weights:?} {group:?}"), SUPPORTED)
            }
        }
    }

    /// Refuses groups that do not divide the rows of the layers' matrices.
    pub(super) fn check(self, path: &Path, config: &ModelConfig) -> Result<Self, EngineError> {
        let Self::Int4 { group } = self else { return Ok(self) };
        let widths = [
            ("hidden_size", config.hidden),
            ("num_attention_heads", config.query_width()),
            ("intermediate_size", config.inner),
        ];
        match widths.into_iter().find(|(_, width)| !width.is_multiple_of(group)) {
            None => Ok(self),
            Some((field, width)) => Err(EngineError::InvalidConfig {
                path: path.to_owned(),
                field,
                actual: width.into(),
                rule: "such that rows of int4 weights are whole groups of group_width inputs",
            }),
        }
    }
}

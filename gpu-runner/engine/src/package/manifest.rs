//! `stoa-package.json`: what a package holds, in one text that has one form.

use std::path::Path;

use serde::{Deserialize, Serialize};
use stoa_primitives::ContentHash;
use stoa_trace::merkle::{Node, Tree, hash};

use super::PackageError;
use crate::{EngineError, folder::read_bounded};

/// Name of the file.
pub const MANIFEST_FILE: &str = "stoa-package.json";
/// What the first field says.
pub const FORMAT: &str = "stoa-model-package/1";
/// Longest manifest in bytes: some hundred bytes for each of the sections of the deepest models.
const MAX_MANIFEST_BYTES: u64 = 64 << 20;

/// A file, by content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name, without a folder.
    pub name: String,
    /// Its length.
    pub size_bytes: u64,
    /// SHA-256 of its content.
    pub sha256: ContentHash,
}

impl FileEntry {
    /// The entry of a content that is in memory.
    pub fn of(name: &str, content: &[u8]) -> Self {
        let sha256 = ContentHash::sha256(content);
        Self { name: name.to_owned(), size_bytes: content.len() as u64, sha256 }
    }
}

/// A section of the model root and where its bytes lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionEntry {
    /// Its name in the model root.
    pub name: String,
    /// Its first byte in `weights.bin`.
    pub offset_bytes: u64,
    /// Its length.
    pub size_bytes: u64,
    /// Its first leaf in `leaves.bin`.
    pub first_leaf: u64,
    /// Merkle root of its leaves.
    pub root: ContentHash,
}

impl SectionEntry {
    /// Its record: a leaf of the model root.
    pub fn record(&self) -> Node {
        let length = self.size_bytes.to_le_bytes();
        let name = self.name.as_bytes();
        hash(&[&[2, name.len() as u8], name, &length, self.root.as_bytes()])
    }
}

/// A tensor of the source and the rows that it became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TensorEntry {
    /// Hugging Face name.
    pub name: String,
    /// Stem of its sections: `.codes`, `.scales` and so on follow for a matrix.
    pub section: String,
    /// `int8`, `int4/32` (with the width of a group) or `fixed` for 32-bit fixed-point vectors.
    pub format: String,
    /// Rows and columns, or the length of a vector.
    pub shape: Vec<u32>,
    /// Its first row in the section.
    pub first_row: u32,
}

/// A package in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageManifest {
    /// [`FORMAT`].
    pub format: String,
    /// The root that names the model.
    pub model_root: ContentHash,
    /// Version of the exact semantics.
    pub semantics_version: u32,
    /// Class of the model.
    pub architecture: String,
    /// SPDX identifier of the weights' licence; `NOASSERTION` when nobody said.
    pub license: String,
    /// Number of weights.
    pub parameter_count: u64,
    /// The other files of the package.
    pub files: Vec<FileEntry>,
    /// The files that the package was made of.
    pub sources: Vec<FileEntry>,
    /// Sections in the order of the model root.
    pub sections: Vec<SectionEntry>,
    /// Tensors in the order of the sections.
    pub tensors: Vec<TensorEntry>,
    /// SHA-256 of this text with an empty digest.
    pub digest: String,
}

impl PackageManifest {
    /// The text, its digest computed anew.
    pub fn seal(mut self) -> Result<Vec<u8>, EngineError> {
        self.digest = self.computed_digest()?;
        self.text()
    }

    /// Reads `dir/stoa-package.json`: any other bytes than the one text of its content are refused.
    pub fn read(dir: &Path) -> Result<Self, EngineError> {
        let path = dir.join(MANIFEST_FILE);
        let bytes = read_bounded(&path, MAX_MANIFEST_BYTES)?;
        let manifest: Self = serde_json::from_slice(&bytes)
            .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
        let refuse = |source| Err(EngineError::Package { path: path.clone(), source });
        if manifest.format != FORMAT {
            return refuse(PackageError::Format { found: manifest.format });
        }
        if manifest.text()? != bytes || manifest.computed_digest()? != manifest.digest {
            return refuse(PackageError::Manifest);
        }
        let root = manifest.computed_root();
        if root != manifest.model_root {
            return refuse(PackageError::Root { stated: manifest.model_root, actual: root });
        }
        Ok(manifest)
    }

    /// The model root that the sections give.
    pub fn computed_root(&self) -> ContentHash {
        let records = self.sections.iter().map(SectionEntry::record).collect();
        ContentHash::new(Tree::of_nodes(records).root())
    }

    fn computed_digest(&self) -> Result<String, EngineError> {
        let blank = Self { digest: String::new(), ..self.clone() };
        Ok(ContentHash::sha256(&blank.text()?).to_string())
    }

    fn text(&self) -> Result<Vec<u8>, EngineError> {
        let failed = |source| EngineError::InvalidJson { path: MANIFEST_FILE.into(), source };
        let mut text = serde_json::to_vec_pretty(self).map_err(failed)?;
        text.push(b'\n');
        Ok(text)
    }
}

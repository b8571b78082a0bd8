//! One leaf of a package with its way to the model root: what a dispute about a weight needs.

use stoa_primitives::ContentHash;
use stoa_trace::merkle::{LEAF_BYTES, Node, Tree, hash, leaf, root_of_path};

use super::{Package, SectionEntry, layout::leaves_of};
use crate::EngineError;

/// Up to 1 KiB of a section and the hashes beside its way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Name of the section.
    pub section: String,
    /// Length of the section.
    pub size_bytes: u64,
    /// Number of the leaf in it.
    pub leaf: u64,
    /// The bytes of the leaf.
    pub bytes: Vec<u8>,
    /// From the leaf to the root of the section.
    pub leaf_path: Vec<Node>,
    /// Number of the section's record.
    pub record: u64,
    /// Number of records.
    pub records: u64,
    /// From the record to the model root.
    pub record_path: Vec<Node>,
}

impl Opening {
    /// The model root that this opening leads to; `None` when the paths have wrong lengths.
    pub fn model_root(&self) -> Option<ContentHash> {
        let leaves = leaves_of(self.size_bytes);
        let section = root_of_path(leaf(&self.bytes), self.leaf, leaves, &self.leaf_path)?;
        let name = u8::try_from(self.section.len()).ok()?;
        let length = self.size_bytes.to_le_bytes();
        let record = hash(&[&[2, name], self.section.as_bytes(), &length, &section]);
        root_of_path(record, self.record, self.records, &self.record_path).map(ContentHash::new)
    }
}

impl Package {
    /// Opens a leaf of a section; `None` when there is no such section or leaf.
    pub fn open_leaf(&self, section: &str, leaf: u64) -> Result<Option<Opening>, EngineError> {
        let sections = &self.manifest().sections;
        let Some(record) = sections.iter().position(|entry| entry.name == section) else {
            return Ok(None);
        };
        let entry = &sections[record];
        if leaf >= leaves_of(entry.size_bytes) {
            return Ok(None);
        }
        let tree = Tree::of_nodes(self.leaf_nodes(entry)?);
        let records = Tree::of_nodes(sections.iter().map(SectionEntry::record).collect());
        let bytes = self.section(entry)?;
        let bytes = bytes.chunks(LEAF_BYTES).nth(leaf as usize).unwrap_or_default().to_vec();
        Ok(Some(Opening {
            section: entry.name.clone(),
            size_bytes: entry.size_bytes,
            leaf,
            bytes,
            leaf_path: tree.path(leaf),
            record: record as u64,
            records: sections.len() as u64,
            record_path: records.path(record as u64),
        }))
    }
}

//! Records about commits, and their keys in keyspace `meta`.
//!
//! | key | value |
//! |---|---|
//! | `format`, `latest`, `earliest` | form of the database, first and last height held |
//! | `importing` | nothing: what is in the other keyspaces is half of somebody's state and counts for nothing |
//! | `commit/<height>` | app hash, note |
//! | `trees/<height>` | name and root's link of every store, written once all nodes are |
//! | `orphans/<height><store>` | nodes that the store's tree lost at that height |

use std::collections::BTreeMap;

use fjall::{Keyspace, Readable as _, Snapshot};

use crate::{
    Root, StoreError, StoreName,
    commitment::iavl::{NodeId, Reader, Tree, put_bytes},
};

/// Form of everything that this version writes.
pub(super) const FORMAT: u8 = 3;

pub(super) const FORMAT_KEY: &[u8] = b"format";
pub(super) const LATEST_KEY: &[u8] = b"latest";
pub(super) const EARLIEST_KEY: &[u8] = b"earliest";
pub(super) const IMPORTING_KEY: &[u8] = b"importing";
const COMMIT_PREFIX: &[u8] = b"commit/";
const TREES_PREFIX: &[u8] = b"trees/";
const ORPHANS_PREFIX: &[u8] = b"orphans/";

/// What one commit left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitRecord {
    /// Height.
    pub height: u64,
    /// Root over all stores.
    pub app_hash: Root,
    /// What the application wants to remember of the height, outside the committed state.
    pub note: Vec<u8>,
}

impl CommitRecord {
    pub(super) fn encode(&self) -> Vec<u8> {
        [&self.app_hash[..], &self.note].concat()
    }

    fn decode(height: u64, bytes: &[u8]) -> Result<Self, StoreError> {
        let (app_hash, note) = bytes.split_first_chunk().ok_or(CORRUPT)?;
        Ok(Self { height, app_hash: *app_hash, note: note.to_vec() })
    }
}

const CORRUPT: StoreError = StoreError::Corrupt { what: "commit record" };

pub(super) fn commit_key(height: u64) -> Vec<u8> {
    [COMMIT_PREFIX, &height.to_be_bytes()].concat()
}

pub(super) fn trees_key(height: u64) -> Vec<u8> {
    [TREES_PREFIX, &height.to_be_bytes()].concat()
}

pub(super) fn orphans_key(height: u64, store: StoreName) -> Vec<u8> {
    [ORPHANS_PREFIX, &height.to_be_bytes(), store.0.as_bytes()].concat()
}

pub(super) fn height(
    at: &Snapshot,
    meta: &Keyspace,
    key: &[u8],
) -> Result<Option<u64>, StoreError> {
    let Some(bytes) = at.get(meta, key)? else { return Ok(None) };
    let bytes = <[u8; 8]>::try_from(&*bytes).map_err(|_| CORRUPT)?;
    Ok(Some(u64::from_be_bytes(bytes)))
}

pub(super) fn record(
    at: &Snapshot,
    meta: &Keyspace,
    height: u64,
) -> Result<Option<CommitRecord>, StoreError> {
    let stored = at.get(meta, commit_key(height))?;
    stored.map(|bytes| CommitRecord::decode(height, &bytes)).transpose()
}

/// The last height whose nodes are all on the disk.
pub(super) fn last_trees_height(at: &Snapshot, meta: &Keyspace) -> Result<Option<u64>, StoreError> {
    let Some(last) = at.prefix(meta, TREES_PREFIX).next_back() else { return Ok(None) };
    let key = last.key()?;
    let height = key.get(TREES_PREFIX.len()..).and_then(|bytes| bytes.try_into().ok());
    Ok(Some(u64::from_be_bytes(height.ok_or(CORRUPT)?)))
}

pub(super) fn encode_trees(trees: &BTreeMap<StoreName, Tree>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (store, tree) in trees {
        put_bytes(&mut bytes, store.0.as_bytes());
        tree.encode(&mut bytes);
    }
    bytes
}

/// The trees of all stores after the commit of `height`, by name.
pub(super) fn trees(
    at: &Snapshot,
    meta: &Keyspace,
    height: u64,
) -> Result<BTreeMap<String, Tree>, StoreError> {
    let bytes = at.get(meta, trees_key(height))?.ok_or(CORRUPT)?;
    let (mut reader, mut trees) = (Reader(&bytes), BTreeMap::new());
    while !reader.is_empty() {
        let name = String::from_utf8(reader.bytes()?.to_vec()).map_err(|_| CORRUPT)?;
        trees.insert(name, Tree::decode(&mut reader)?);
    }
    Ok(trees)
}

pub(super) fn encode_orphans(orphans: &[NodeId]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for id in orphans {
        id.encode(&mut bytes);
    }
    bytes
}

/// Nodes that the tree of `store` lost at `height`.
pub(super) fn orphans(
    at: &Snapshot,
    meta: &Keyspace,
    height: u64,
    store: StoreName,
) -> Result<Vec<NodeId>, StoreError> {
    let Some(bytes) = at.get(meta, orphans_key(height, store))? else { return Ok(Vec::new()) };
    let (mut reader, mut orphans) = (Reader(&bytes), Vec::new());
    while !reader.is_empty() {
        orphans.push(NodeId::decode(&mut reader)?);
    }
    Ok(orphans)
}

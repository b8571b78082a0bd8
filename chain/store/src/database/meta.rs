//! Records about commits, and their keys in keyspace `meta`.

use std::collections::BTreeMap;

use fjall::{Keyspace, Readable as _, Snapshot};

use crate::{Root, StoreError};

/// Form of everything that this version writes.
pub(super) const FORMAT: u8 = 1;

pub(super) const FORMAT_KEY: &[u8] = b"format";
pub(super) const LATEST_KEY: &[u8] = b"latest";
pub(super) const EARLIEST_KEY: &[u8] = b"earliest";
const COMMIT_PREFIX: &[u8] = b"commit/";
const ROOT_PREFIX: &[u8] = b"root/";

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

pub(super) fn root_key(store: &str) -> Vec<u8> {
    [ROOT_PREFIX, store.as_bytes()].concat()
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

/// Roots of all stores that hold anything, by name.
pub(super) fn roots(at: &Snapshot, meta: &Keyspace) -> Result<BTreeMap<String, Root>, StoreError> {
    let mut roots = BTreeMap::new();
    for entry in at.prefix(meta, ROOT_PREFIX) {
        let (key, value) = entry.into_inner()?;
        let name = key.get(ROOT_PREFIX.len()..).ok_or(CORRUPT)?;
        let name = String::from_utf8(name.to_vec()).map_err(|_| CORRUPT)?;
        roots.insert(name, Root::try_from(&*value).map_err(|_| CORRUPT)?);
    }
    Ok(roots)
}

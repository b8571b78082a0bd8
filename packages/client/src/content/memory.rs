//! The fake: a map.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use stoa_primitives::ContentHash;

use super::{ContentStore, check_hash, check_size};
use crate::error::ClientError;

/// A store in memory, for tests; can be made to lie.
#[derive(Debug, Default)]
pub struct MemoryContentStore {
    contents: Mutex<BTreeMap<ContentHash, Bytes>>,
}

impl MemoryContentStore {
    /// Replaces what is kept under `hash`, whatever its own hash is.
    pub fn corrupt(&self, hash: ContentHash, bytes: Bytes) {
        self.lock().insert(hash, bytes);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<ContentHash, Bytes>> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ContentStore for MemoryContentStore {
    async fn put(&self, bytes: Bytes) -> Result<ContentHash, ClientError> {
        check_size(bytes.len() as u64)?;
        let hash = ContentHash::sha256(&bytes);
        self.lock().insert(hash, bytes);
        Ok(hash)
    }

    async fn get(&self, hash: ContentHash) -> Result<Bytes, ClientError> {
        let found = self.lock().get(&hash).cloned();
        let bytes = found.ok_or(ClientError::ContentMissing { hash })?;
        check_hash(hash, &bytes)?;
        Ok(bytes)
    }
}

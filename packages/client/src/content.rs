//! Bytes by content hash: how inputs and outputs travel beside the chain.

mod memory;
mod object;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use stoa_primitives::ContentHash;

pub use memory::MemoryContentStore;
pub use object::ObjectContentStore;

use crate::error::ClientError;

/// Largest content in bytes (1 MiB, the bound of a job's documents).
pub const MAX_CONTENT_BYTES: u64 = 1 << 20;

/// A place that keeps bytes under their SHA-256.
#[async_trait]
pub trait ContentStore: Send + Sync {
    /// Keeps `bytes`; the same bytes twice are no error. Refuses more than [`MAX_CONTENT_BYTES`].
    async fn put(&self, bytes: Bytes) -> Result<ContentHash, ClientError>;

    /// The bytes named `hash`, verified: whatever the store returns, wrong bytes are an error.
    async fn get(&self, hash: ContentHash) -> Result<Bytes, ClientError>;
}

/// Opens the store at an address; see [`ObjectContentStore::open`].
pub fn open(url: &str) -> Result<Arc<dyn ContentStore>, ClientError> {
    Ok(Arc::new(ObjectContentStore::open(url)?))
}

fn check_size(actual_bytes: u64) -> Result<(), ClientError> {
    if actual_bytes > MAX_CONTENT_BYTES {
        let limit_bytes = MAX_CONTENT_BYTES;
        return Err(ClientError::ContentTooLarge { actual_bytes, limit_bytes });
    }
    Ok(())
}

fn check_hash(expected: ContentHash, bytes: &[u8]) -> Result<(), ClientError> {
    let actual = ContentHash::sha256(bytes);
    if actual != expected {
        return Err(ClientError::ContentCorrupt { expected, actual });
    }
    Ok(())
}

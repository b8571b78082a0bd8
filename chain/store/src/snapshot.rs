//! Immutable state at one height.

use crate::{KeyRange, Order, StoreError, StoreName};

/// A key (without the store's name) and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// State that never changes while it is held; safe to read from many threads.
pub trait Snapshot: Send + Sync {
    /// The value under `key`, if any.
    fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The first entry of `range` in `order`, if any.
    fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Entry>, StoreError>;
}

/// The state before genesis.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptySnapshot;

impl Snapshot for EmptySnapshot {
    fn get(&self, _: StoreName, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn first(&self, _: StoreName, _: &KeyRange, _: Order) -> Result<Option<Entry>, StoreError> {
        Ok(None)
    }
}

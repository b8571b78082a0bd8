//! State at one height, read from the disk.

use std::sync::Arc;

use fjall::{Keyspace, Readable as _, Snapshot as View};

use super::{layout, reads::Reads};
use crate::{Entry, KeyRange, Order, Snapshot, StoreError, StoreName};

/// The last height: plain reads of `latest` as it was when the view was taken.
pub(super) struct Latest {
    pub(super) view: View,
    pub(super) latest: Keyspace,
    pub(super) reads: Arc<Reads>,
    pub(super) height: u64,
}

impl Snapshot for Latest {
    fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.reads.get(self.height, layout::place(store, key), |place| {
            Ok(self.view.get(&self.latest, place)?.map(|value| value.to_vec()))
        })
    }

    fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Entry>, StoreError> {
        if range.is_empty() {
            return Ok(None);
        }
        let (start, end) = layout::places(store, range);
        let mut inside = self.view.range(&self.latest, start..end);
        let found = match order {
            Order::Ascending => inside.next(),
            Order::Descending => inside.next_back(),
        };
        let Some(entry) = found else { return Ok(None) };
        let (place, value) = entry.into_inner()?;
        Ok(Some((layout::key_of_place(store, &place)?, value.to_vec())))
    }
}

/// An earlier height: of each key the last version that is not later.
pub(super) struct Historic {
    pub(super) view: View,
    pub(super) versions: Keyspace,
    pub(super) height: u64,
}

impl Historic {
    fn at_height(&self, ordered: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let not_later = layout::version(ordered, self.height)..=layout::version(ordered, 0);
        match self.view.range(&self.versions, not_later).next() {
            Some(version) => layout::decode_version(&version.value()?),
            None => Ok(None),
        }
    }
}

impl Snapshot for Historic {
    fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.at_height(&layout::ordered(store, key))
    }

    fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Entry>, StoreError> {
        let (mut start, mut end) = layout::versions(store, range);
        while start < end {
            let mut inside = self.view.range(&self.versions, start.clone()..end.clone());
            let candidate = match order {
                Order::Ascending => inside.next(),
                Order::Descending => inside.next_back(),
            };
            let Some(candidate) = candidate else { return Ok(None) };
            let (ordered, key) = layout::split_version(store, &candidate.key()?)?;
            if let Some(value) = self.at_height(&ordered)? {
                return Ok(Some((key, value)));
            }
            // Deleted, or not written yet at this height: go past all its versions.
            match order {
                Order::Ascending => start = layout::after_versions(&ordered),
                Order::Descending => end = ordered,
            }
        }
        Ok(None)
    }
}

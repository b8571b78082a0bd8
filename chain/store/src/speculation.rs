//! Execution before its turn: what it saw is remembered, and counts only if it is so when its turn comes.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    Entry, KeyRange, Order, Overlay, Snapshot, StoreError, StoreName,
    overlay::{Settled, Write},
};

/// Most bytes that are remembered of what one speculation saw; one that reads more has been in vain.
pub const MAX_SEEN_BYTES: usize = 1024 * 1024;

/// How far back a speculation looks for what it has read already: a transfer reads some twenty keys, and its
/// sender's account half a dozen times.
const RECALLED: usize = 32;

/// A value that is expected under a key when the turn comes, whatever is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The store.
    pub store: StoreName,
    /// The key.
    pub key: Vec<u8>,
    /// What is expected; `None` for nothing.
    pub value: Option<Vec<u8>>,
}

/// Something that is executed on top of an [`Overlay`] whose owner goes on writing.
///
/// It sees what is settled below at the moment of each reading, so that one reading may contradict another;
/// that does no harm, because [`Speculation::settle`] compares every one with what is there in its turn.
/// If all are as they were, executing it now would do just what it did.
pub struct Speculation {
    own: Overlay,
    sight: Arc<Sight>,
}

/// The snapshot that the speculation stands on.
struct Sight {
    below: Overlay,
    expected: Vec<Expected>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    values: Vec<(StoreName, Vec<u8>, Settled)>,
    firsts: Vec<(StoreName, KeyRange, Order, Option<Write>)>,
    bytes: usize,
}

impl Speculation {
    /// On top of what is settled in `below`.
    pub fn new(below: Overlay, expected: Vec<Expected>) -> Self {
        let sight = Arc::new(Sight { below, expected, seen: Mutex::default() });
        Self { own: Overlay::new(Arc::clone(&sight) as Arc<dyn Snapshot>), sight }
    }

    /// Where it reads and writes.
    pub const fn overlay(&self) -> &Overlay {
        &self.own
    }

    /// Adds its writes to what it stands on if all that it saw is so now; otherwise nothing happens.
    pub fn settle(self) -> Result<bool, StoreError> {
        let holds = self.sight.holds()?;
        if holds {
            self.sight.below.adopt(&self.own)?;
        }
        Ok(holds)
    }
}

impl Sight {
    fn holds(&self) -> Result<bool, StoreError> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.bytes > MAX_SEEN_BYTES {
            return Ok(false);
        }
        if !self.below.are_settled(&seen.values)? {
            return Ok(false);
        }
        for (store, range, order, first) in &seen.firsts {
            if self.below.first_settled(*store, range, *order)? != *first {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What was read under `key` not long ago, to be read again.
    fn recalled(&self, store: StoreName, key: &[u8]) -> Option<Option<Vec<u8>>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut recent = seen.values.iter().rev().take(RECALLED);
        let found = recent.find(|(of, known, _)| known == key && *of == store);
        found.map(|(_, _, settled)| settled.value.clone())
    }

    fn remember(&self, bytes: usize, add: impl FnOnce(&mut Seen)) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.bytes = seen.bytes.saturating_add(bytes);
        if seen.bytes <= MAX_SEEN_BYTES {
            add(&mut seen);
        }
    }
}

impl Snapshot for Sight {
    fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(value) = self.recalled(store, key) {
            return Ok(value);
        }
        let mut expected = self.expected.iter();
        let settled = match expected.find(|one| one.key == key && one.store == store) {
            Some(Expected { value, .. }) => Settled { value: value.clone(), is_of_base: false },
            None => self.below.settled(store, key)?,
        };
        let value = settled.value.clone();
        let bytes = key.len() + value.as_ref().map_or(0, Vec::len);
        self.remember(bytes, |seen| seen.values.push((store, key.to_vec(), settled)));
        Ok(value)
    }

    fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Entry>, StoreError> {
        let mut rest = range.clone();
        while !rest.is_empty() {
            let first = self.below.first_settled(store, &rest, order)?;
            let found = first
                .as_ref()
                .map_or(0, |(key, value)| key.len() + value.as_ref().map_or(0, Vec::len));
            let bytes = rest.start.len() + rest.end.as_ref().map_or(0, Vec::len) + found;
            self.remember(bytes, |seen| {
                seen.firsts.push((store, rest.clone(), order, first.clone()));
            });
            match first {
                Some((key, Some(value))) => return Ok(Some((key, value))),
                Some((key, None)) => rest = rest.after(&key, order),
                None => return Ok(None),
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;

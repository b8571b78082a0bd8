//! Uncommitted writes, in layers, over a snapshot.

use std::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::{
    Changes, Entry, KeyRange, MAX_KEY_BYTES, MAX_LAYERS, Order, Snapshot, StoreError, StoreName,
    bottom::Bottom,
};

/// A stack of write layers over a [`Snapshot`].
///
/// Clones are handles to the same overlay: the contract VM needs owned, `'static` access to the state of
/// the transaction that calls it. One thread writes; meanwhile others may read what is settled, the
/// snapshot with the bottom layer, by way of a [`Speculation`](crate::Speculation).
#[derive(Clone)]
pub struct Overlay(Arc<Layers>);

/// A key and what was written there last; `None` deletes.
pub(crate) type Write = (Vec<u8>, Option<Vec<u8>>);

/// What is settled has under a key, and whether the snapshot says so, which never changes.
pub(crate) struct Settled {
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) is_of_base: bool,
}

struct Layers {
    base: Arc<dyn Snapshot>,
    bottom: RwLock<Bottom>,
    /// The layers above.
    stack: Mutex<Vec<Changes>>,
}

impl Overlay {
    /// An overlay with one open layer and no writes.
    pub fn new(base: Arc<dyn Snapshot>) -> Self {
        Self::of(base, Bottom::default(), Vec::new())
    }

    fn of(base: Arc<dyn Snapshot>, bottom: Bottom, stack: Vec<Changes>) -> Self {
        Self(Arc::new(Layers { base, bottom: RwLock::new(bottom), stack: Mutex::new(stack) }))
    }

    /// The value under `key` as the topmost layer sees it.
    pub fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        for layer in self.stack()?.iter().rev() {
            if let Some(value) = layer.get(store, key) {
                return Ok(value.clone());
            }
        }
        Ok(self.settled(store, key)?.value)
    }

    /// The value under `key` without what the layers above the bottom have written.
    pub(crate) fn settled(&self, store: StoreName, key: &[u8]) -> Result<Settled, StoreError> {
        if let Some(value) = self.bottom()?.get(store, key) {
            return Ok(Settled { value: value.clone(), is_of_base: false });
        }
        Ok(Settled { value: self.0.base.get(store, key)?, is_of_base: true })
    }

    /// Whether everything that is `known` is still settled under its key.
    pub(crate) fn are_settled(
        &self,
        known: &[(StoreName, Vec<u8>, Settled)],
    ) -> Result<bool, StoreError> {
        let bottom = self.bottom()?;
        for (store, key, known) in known {
            let holds = match bottom.get(*store, key) {
                Some(value) => *value == known.value,
                None => known.is_of_base || self.0.base.get(*store, key)? == known.value,
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first key of `range` that the bottom or the snapshot mentions, with its value (`None`: deleted).
    pub(crate) fn first_settled(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Write>, StoreError> {
        let written = self.first_of_bottom(store, range, order)?;
        let stored = self.0.base.first(store, range, order)?.map(|(key, value)| (key, Some(value)));
        Ok(nearest(written, stored, order))
    }

    /// Writes `value` under `key` in the topmost layer.
    pub fn set(&self, store: StoreName, key: &[u8], value: Vec<u8>) -> Result<(), StoreError> {
        self.write(store, key, Some(value))
    }

    /// Deletes `key` in the topmost layer.
    pub fn delete(&self, store: StoreName, key: &[u8]) -> Result<(), StoreError> {
        self.write(store, key, None)
    }

    /// The first entry of `range` in `order` as the topmost layer sees it.
    pub fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Entry>, StoreError> {
        let mut rest = range.clone();
        while !rest.is_empty() {
            let Some((key, value)) = self.first_write_or_entry(store, &rest, order)? else {
                return Ok(None);
            };
            match value {
                Some(value) => return Ok(Some((key, value))),
                None => rest = rest.after(&key, order),
            }
        }
        Ok(None)
    }

    /// Opens a layer: later writes can be dropped together.
    pub fn begin(&self) -> Result<(), StoreError> {
        let mut stack = self.stack()?;
        let depth = 1 + stack.len();
        if depth >= MAX_LAYERS {
            return Err(StoreError::Layers { depth });
        }
        stack.push(Changes::new());
        Ok(())
    }

    /// Merges the topmost layer into the one below.
    pub fn commit(&self) -> Result<(), StoreError> {
        let mut stack = self.stack()?;
        let top = pop(&mut stack)?;
        match stack.last_mut() {
            Some(below) => below.extend(top),
            None => self.bottom_mut()?.extend(top),
        }
        Ok(())
    }

    /// Drops the topmost layer.
    pub fn rollback(&self) -> Result<(), StoreError> {
        pop(&mut *self.stack()?).map(drop)
    }

    /// Open layers; 1 when none was begun.
    pub fn depth(&self) -> Result<usize, StoreError> {
        Ok(1 + self.stack()?.len())
    }

    /// Drops layers until `depth` are open: what a caught panic left behind.
    pub fn unwind_to(&self, depth: usize) -> Result<(), StoreError> {
        let mut stack = self.stack()?;
        match depth.checked_sub(1) {
            Some(above) if above <= stack.len() => stack.truncate(above),
            _ => return Err(StoreError::Layers { depth: 1 + stack.len() }),
        }
        Ok(())
    }

    /// An independent copy: same base, same writes so far.
    pub fn fork(&self) -> Result<Self, StoreError> {
        let (stack, bottom) = (self.stack()?, self.bottom()?);
        Ok(Self::of(Arc::clone(&self.0.base), bottom.clone(), stack.clone()))
    }

    /// Takes all writes of the bottom layer; refused while other layers are open.
    pub fn take_changes(&self) -> Result<Changes, StoreError> {
        let stack = self.stack()?;
        if stack.is_empty() {
            return Ok(self.bottom_mut()?.take());
        }
        Err(StoreError::Layers { depth: 1 + stack.len() })
    }

    /// Moves all writes of the bottom layer of `other` to that of this one; refused while one of the two has
    /// other layers open.
    pub(crate) fn adopt(&self, other: &Self) -> Result<(), StoreError> {
        let (stack, others) = (self.stack()?, other.stack()?);
        if stack.is_empty() && others.is_empty() {
            let later = std::mem::take(&mut *other.bottom_mut()?);
            self.bottom_mut()?.absorb(later);
            return Ok(());
        }
        Err(StoreError::Layers { depth: 1 + stack.len().max(others.len()) })
    }

    fn write(
        &self,
        store: StoreName,
        key: &[u8],
        value: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        if key.len() > MAX_KEY_BYTES {
            return Err(StoreError::KeyTooLong { actual: key.len(), limit: MAX_KEY_BYTES });
        }
        match self.stack()?.last_mut() {
            Some(top) => top.insert(store, key.to_vec(), value),
            None => self.bottom_mut()?.insert(store, key.to_vec(), value),
        }
        Ok(())
    }

    /// The first key of `range` that any layer or the snapshot mentions, with the value of the topmost
    /// mention (`None`: deleted there).
    fn first_write_or_entry(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Write>, StoreError> {
        let mut best: Option<Write> = None;
        for layer in self.stack()?.iter().rev() {
            let found = layer.first(store, range, order);
            best = nearest(best, found.map(|(key, value)| (key.clone(), value.clone())), order);
        }
        Ok(nearest(best, self.first_settled(store, range, order)?, order))
    }

    /// The first write of the bottom inside `range`, which must not be empty.
    fn first_of_bottom(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Write>, StoreError> {
        let first = |bottom: &Bottom| {
            let found = bottom.first(store, range, order);
            found.map(|(key, value)| (key.clone(), value.clone()))
        };
        let bottom = self.bottom()?;
        if bottom.is_ordered(store) {
            return Ok(first(&bottom));
        }
        drop(bottom);
        let mut bottom = self.bottom_mut()?;
        bottom.order(store);
        Ok(first(&bottom))
    }

    fn bottom(&self) -> Result<RwLockReadGuard<'_, Bottom>, StoreError> {
        self.0.bottom.read().map_err(|_| StoreError::Poisoned)
    }

    fn bottom_mut(&self) -> Result<RwLockWriteGuard<'_, Bottom>, StoreError> {
        self.0.bottom.write().map_err(|_| StoreError::Poisoned)
    }

    fn stack(&self) -> Result<MutexGuard<'_, Vec<Changes>>, StoreError> {
        self.0.stack.lock().map_err(|_| StoreError::Poisoned)
    }
}

fn pop(stack: &mut Vec<Changes>) -> Result<Changes, StoreError> {
    stack.pop().ok_or(StoreError::Layers { depth: 1 })
}

/// Which of two mentions comes first; of the same key, that of `above`.
fn nearest(above: Option<Write>, below: Option<Write>, order: Order) -> Option<Write> {
    let (Some(upper), Some(lower)) = (&above, &below) else { return above.or(below) };
    let is_below_first = match order {
        Order::Ascending => lower.0 < upper.0,
        Order::Descending => lower.0 > upper.0,
    };
    if is_below_first { below } else { above }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::EmptySnapshot;
    use proptest::prelude::*;

    const STORE: StoreName = StoreName("test");
    const OTHER: StoreName = StoreName("zest");

    #[test]
    fn a_rolled_back_layer_leaves_no_trace() {
        let overlay = Overlay::new(Arc::new(EmptySnapshot));
        overlay.set(STORE, b"a", b"1".to_vec()).unwrap();
        overlay.begin().unwrap();
        overlay.set(STORE, b"a", b"2".to_vec()).unwrap();
        overlay.delete(STORE, b"a").unwrap();
        overlay.rollback().unwrap();
        assert_eq!(overlay.get(STORE, b"a").unwrap().unwrap(), b"1");
    }

    #[test]
    fn closing_more_layers_than_were_opened_is_refused() {
        let overlay = Overlay::new(Arc::new(EmptySnapshot));
        assert!(matches!(overlay.commit(), Err(StoreError::Layers { depth: 1 })));
        overlay.begin().unwrap();
        assert!(matches!(overlay.take_changes(), Err(StoreError::Layers { depth: 2 })));
    }

    #[test]
    fn a_fork_and_its_origin_do_not_see_each_others_later_writes() {
        let overlay = Overlay::new(Arc::new(EmptySnapshot));
        overlay.set(STORE, b"a", b"1".to_vec()).unwrap();
        let fork = overlay.fork().unwrap();
        fork.set(STORE, b"a", b"2".to_vec()).unwrap();
        overlay.set(STORE, b"b", b"3".to_vec()).unwrap();
        assert_eq!(overlay.get(STORE, b"a").unwrap().unwrap(), b"1");
        assert_eq!(fork.get(STORE, b"b").unwrap(), None);
    }

    #[test]
    fn a_key_that_the_disk_format_cannot_hold_is_refused_at_once() {
        let overlay = Overlay::new(Arc::new(EmptySnapshot));
        let long = vec![0; MAX_KEY_BYTES + 1];
        assert!(matches!(overlay.set(STORE, &long, vec![]), Err(StoreError::KeyTooLong { .. })));
    }

    #[test]
    fn unwinding_drops_only_the_layers_above() {
        let overlay = Overlay::new(Arc::new(EmptySnapshot));
        overlay.begin().unwrap();
        overlay.set(STORE, b"kept", b"1".to_vec()).unwrap();
        overlay.begin().unwrap();
        overlay.begin().unwrap();
        overlay.set(STORE, b"lost", b"1".to_vec()).unwrap();
        overlay.unwind_to(2).unwrap();
        assert_eq!(overlay.depth().unwrap(), 2);
        assert!(overlay.get(STORE, b"kept").unwrap().is_some());
        assert!(overlay.get(STORE, b"lost").unwrap().is_none());
        assert!(overlay.unwind_to(3).is_err());
    }

    proptest! {
        /// Writes spread over layers read back like writes into one map, in both directions.
        #[test]
        fn layers_equal_one_map(
            writes in proptest::collection::vec((0u8..12, proptest::option::of(any::<u8>()), any::<bool>(), any::<bool>()), 0..60),
            start in 0u8..12, end in proptest::option::of(0u8..12), descending: bool,
        ) {
            let overlay = Overlay::new(Arc::new(EmptySnapshot));
            overlay.set(OTHER, &[5], vec![9]).unwrap();
            let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
            for (key, value, opens_layer, asks) in writes {
                if opens_layer { overlay.begin().unwrap(); }
                if asks {
                    let first = overlay.first(STORE, &KeyRange::default(), Order::Ascending).unwrap();
                    let expected = model.iter().next().map(|(key, value)| (key.clone(), value.clone()));
                    prop_assert_eq!(first, expected);
                }
                match value {
                    Some(value) => { overlay.set(STORE, &[key], vec![value]).unwrap(); model.insert(vec![key], vec![value]); }
                    None => { overlay.delete(STORE, &[key]).unwrap(); model.remove(&vec![key]); }
                }
            }
            let order = if descending { Order::Descending } else { Order::Ascending };
            let range = KeyRange { start: vec![start], end: end.map(|end| vec![end]) };
            let mut expected: Vec<Entry> = model.clone().into_iter().filter(|(key, _)| range.contains(key)).collect();
            if descending { expected.reverse(); }
            let (mut rest, mut found) = (range, Vec::new());
            while let Some((key, value)) = overlay.first(STORE, &rest, order).unwrap() {
                rest = rest.after(&key, order);
                found.push((key, value));
            }
            prop_assert_eq!(found, expected);
            while overlay.depth().unwrap() > 1 { overlay.commit().unwrap(); }
            let changes = overlay.take_changes().unwrap();
            let kept = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| Some((key.clone(), value.clone()?));
            let own = changes.stores().filter(|(store, _)| *store == STORE);
            let own: Vec<Entry> = own.flat_map(|(_, writes)| writes.iter().filter_map(kept)).collect();
            prop_assert_eq!(own, model.into_iter().collect::<Vec<Entry>>());
        }
    }
}

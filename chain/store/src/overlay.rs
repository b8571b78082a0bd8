//! Uncommitted writes, in layers, over a snapshot.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use crate::{Entry, KeyRange, MAX_LAYERS, Order, Snapshot, StoreError, StoreName};

/// Final writes of an overlay: `None` deletes. Ordered, so that every node applies them alike.
pub type Changes = BTreeMap<(StoreName, Vec<u8>), Option<Vec<u8>>>;

/// A stack of write layers over a [`Snapshot`].
///
/// Clones are handles to the same overlay: the contract VM needs owned, `'static` access to the state of
/// the transaction that calls it. One transaction runs on one thread; the lock is never contended.
#[derive(Clone)]
pub struct Overlay(Arc<Mutex<Layers>>);

struct Layers {
    base: Arc<dyn Snapshot>,
    stack: Vec<Changes>,
}

impl Overlay {
    /// An overlay with one open layer and no writes.
    pub fn new(base: Arc<dyn Snapshot>) -> Self {
        Self(Arc::new(Mutex::new(Layers { base, stack: vec![Changes::new()] })))
    }

    /// The value under `key` as the topmost layer sees it.
    pub fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let layers = self.lock()?;
        let place = (store, key.to_vec());
        for layer in layers.stack.iter().rev() {
            if let Some(value) = layer.get(&place) {
                return Ok(value.clone());
            }
        }
        layers.base.get(store, key)
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
        let layers = self.lock()?;
        let mut rest = range.clone();
        while !rest.is_empty() {
            let Some((key, value)) = layers.first_write_or_entry(store, &rest, order)? else {
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
        let mut layers = self.lock()?;
        let depth = layers.stack.len();
        if depth >= MAX_LAYERS {
            return Err(StoreError::Layers { depth });
        }
        layers.stack.push(Changes::new());
        Ok(())
    }

    /// Merges the topmost layer into the one below.
    pub fn commit(&self) -> Result<(), StoreError> {
        let mut layers = self.lock()?;
        let top = layers.pop()?;
        if let Some(below) = layers.stack.last_mut() {
            below.extend(top);
        }
        Ok(())
    }

    /// Drops the topmost layer.
    pub fn rollback(&self) -> Result<(), StoreError> {
        self.lock()?.pop().map(drop)
    }

    /// Open layers; 1 when none was begun.
    pub fn depth(&self) -> Result<usize, StoreError> {
        Ok(self.lock()?.stack.len())
    }

    /// Takes all writes of the bottom layer; refused while other layers are open.
    pub fn take_changes(&self) -> Result<Changes, StoreError> {
        let mut layers = self.lock()?;
        let depth = layers.stack.len();
        match layers.stack.as_mut_slice() {
            [only] => Ok(std::mem::take(only)),
            _ => Err(StoreError::Layers { depth }),
        }
    }

    fn write(
        &self,
        store: StoreName,
        key: &[u8],
        value: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let mut layers = self.lock()?;
        let top = layers.stack.last_mut().ok_or(StoreError::Layers { depth: 0 })?;
        top.insert((store, key.to_vec()), value);
        Ok(())
    }

    fn lock(&self) -> Result<MutexGuard<'_, Layers>, StoreError> {
        self.0.lock().map_err(|_| StoreError::Poisoned)
    }
}

impl Layers {
    fn pop(&mut self) -> Result<Changes, StoreError> {
        let depth = self.stack.len();
        if depth < 2 {
            return Err(StoreError::Layers { depth });
        }
        self.stack.pop().ok_or(StoreError::Layers { depth })
    }

    /// The first key of `range` that any layer or the snapshot mentions, with the value of the topmost
    /// mention (`None`: deleted there).
    fn first_write_or_entry(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<(Vec<u8>, Option<Vec<u8>>)>, StoreError> {
        let is_before = |candidate: &[u8], best: &[u8]| match order {
            Order::Ascending => candidate < best,
            Order::Descending => candidate > best,
        };
        let mut best: Option<(Vec<u8>, Option<Vec<u8>>)> = None;
        for layer in self.stack.iter().rev() {
            let Some((key, value)) = first_write(layer, store, range, order) else { continue };
            if best.as_ref().is_none_or(|(found, _)| is_before(key, found)) {
                best = Some((key.to_vec(), value.clone()));
            }
        }
        if let Some((key, value)) = self.base.first(store, range, order)?
            && best.as_ref().is_none_or(|(found, _)| is_before(&key, found))
        {
            best = Some((key, Some(value)));
        }
        Ok(best)
    }
}

fn first_write<'a>(
    layer: &'a Changes,
    store: StoreName,
    range: &KeyRange,
    order: Order,
) -> Option<(&'a [u8], &'a Option<Vec<u8>>)> {
    let in_store = |((name, key), value): (&'a (StoreName, Vec<u8>), &'a Option<Vec<u8>>)| {
        (*name == store && range.contains(key)).then_some((key.as_slice(), value))
    };
    let start = (store, range.start.clone());
    match (order, &range.end) {
        (Order::Ascending, _) => layer.range(start..).next().and_then(in_store),
        (Order::Descending, Some(end)) => {
            layer.range(start..(store, end.clone())).next_back().and_then(in_store)
        }
        // Without an end, walk back from the first write of the following store.
        (Order::Descending, None) => layer
            .range(start..)
            .take_while(|((name, _), _)| *name == store)
            .last()
            .and_then(in_store),
    }
}

#[cfg(test)]
mod tests {
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

    proptest! {
        /// Writes spread over layers read back like writes into one map, in both directions.
        #[test]
        fn layers_equal_one_map(
            writes in proptest::collection::vec((0u8..12, proptest::option::of(any::<u8>()), any::<bool>()), 0..60),
            start in 0u8..12, end in proptest::option::of(0u8..12), descending: bool,
        ) {
            let overlay = Overlay::new(Arc::new(EmptySnapshot));
            overlay.set(OTHER, &[5], vec![9]).unwrap();
            let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
            for (key, value, opens_layer) in writes {
                if opens_layer { overlay.begin().unwrap(); }
                match value {
                    Some(value) => { overlay.set(STORE, &[key], vec![value]).unwrap(); model.insert(vec![key], vec![value]); }
                    None => { overlay.delete(STORE, &[key]).unwrap(); model.remove(&vec![key]); }
                }
            }
            let order = if descending { Order::Descending } else { Order::Ascending };
            let range = KeyRange { start: vec![start], end: end.map(|end| vec![end]) };
            let mut expected: Vec<Entry> = model.into_iter().filter(|(key, _)| range.contains(key)).collect();
            if descending { expected.reverse(); }
            let (mut rest, mut found) = (range, Vec::new());
            while let Some((key, value)) = overlay.first(STORE, &rest, order).unwrap() {
                rest = rest.after(&key, order);
                found.push((key, value));
            }
            prop_assert_eq!(found, expected);
        }
    }
}

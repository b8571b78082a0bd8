//! The lowest layer of an overlay: everything that a block has written.
//!
//! A block of ten thousand transactions writes some fifty thousand keys and asks for them far more often,
//! nearly always for one key, which is found by hash without comparing a dozen others. Order is made when
//! somebody asks for a range, and at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use indexmap::IndexMap;

use crate::{Changes, KeyRange, Order, StoreName};

/// Writes by store and key.
#[derive(Clone, Default)]
pub(crate) struct Bottom(BTreeMap<StoreName, StoreWrites>);

#[derive(Clone, Default)]
struct StoreWrites {
    /// In the order of first writes, which nobody sees: whoever walks them sorts them before.
    values: IndexMap<Vec<u8>, Option<Vec<u8>>>,
    /// All keys of `values` once somebody has asked for a range.
    ordered: Option<BTreeSet<Vec<u8>>>,
}

impl Bottom {
    /// The write to `key`, if there is one.
    pub(crate) fn get(&self, store: StoreName, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        self.0.get(&store)?.values.get(key)
    }

    /// Adds a write; it replaces an earlier one to the same key.
    pub(crate) fn insert(&mut self, store: StoreName, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.entry(store).or_default().insert(key, value);
    }

    /// Adds all of `later`.
    pub(crate) fn extend(&mut self, later: Changes) {
        for (store, writes) in later.into_stores() {
            let own = self.0.entry(store).or_default();
            for (key, value) in writes {
                own.insert(key, value);
            }
        }
    }

    /// Adds all of another bottom, which was written later.
    pub(crate) fn absorb(&mut self, later: Self) {
        for (store, StoreWrites { values, .. }) in later.0 {
            let own = self.0.entry(store).or_default();
            for (key, value) in values {
                own.insert(key, value);
            }
        }
    }

    /// Whether ranges of the store can be searched.
    pub(crate) fn is_ordered(&self, store: StoreName) -> bool {
        self.0.get(&store).is_none_or(|writes| writes.ordered.is_some())
    }

    /// Makes ranges of the store searchable, which they stay.
    pub(crate) fn order(&mut self, store: StoreName) {
        if let Some(StoreWrites { values, ordered }) = self.0.get_mut(&store) {
            ordered.get_or_insert_with(|| values.keys().cloned().collect());
        }
    }

    /// The first write inside `range`, which must not be empty, of an ordered store.
    pub(crate) fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Option<(&Vec<u8>, &Option<Vec<u8>>)> {
        let StoreWrites { values, ordered } = self.0.get(&store)?;
        let ordered = ordered.as_ref()?;
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let bounds = (Bound::Included(range.start.as_slice()), end);
        let mut inside = ordered.range::<[u8], _>(bounds);
        let key = match order {
            Order::Ascending => inside.next(),
            Order::Descending => inside.next_back(),
        };
        values.get_key_value(key?)
    }

    /// Takes everything, in order.
    pub(crate) fn take(&mut self) -> Changes {
        std::mem::take(&mut self.0)
            .into_iter()
            .map(|(store, StoreWrites { mut values, .. })| {
                // A tree is built from a sorted list in one go.
                values.sort_unstable_keys();
                (store, values.into_iter().collect())
            })
            .collect()
    }
}

impl StoreWrites {
    fn insert(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        if let Some(ordered) = &mut self.ordered
            && !self.values.contains_key(&key)
        {
            ordered.insert(key.clone());
        }
        self.values.insert(key, value);
    }
}

//! Writes that are not on the disk yet.

use std::{
    collections::{BTreeMap, btree_map},
    ops::Bound,
};

use crate::{KeyRange, Order, StoreName};

/// Writes to one store: `None` deletes.
pub type StoreChanges = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Final writes of an overlay, by store and key. Ordered, so that every node applies them alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(BTreeMap<StoreName, StoreChanges>);

impl Changes {
    /// No writes.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The write to `key`, if there is one.
    pub fn get(&self, store: StoreName, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        self.0.get(&store)?.get(key)
    }

    /// Adds a write; it replaces an earlier one to the same key.
    pub fn insert(&mut self, store: StoreName, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.entry(store).or_default().insert(key, value);
    }

    /// Adds all of `later`; they replace earlier writes to the same keys.
    pub fn extend(&mut self, later: Self) {
        for (store, writes) in later.0 {
            match self.0.entry(store) {
                btree_map::Entry::Vacant(place) => drop(place.insert(writes)),
                btree_map::Entry::Occupied(mut place) => place.get_mut().extend(writes),
            }
        }
    }

    /// Every store with its writes.
    pub(crate) fn into_stores(self) -> impl Iterator<Item = (StoreName, StoreChanges)> {
        self.0.into_iter()
    }

    /// The writes by store, in the order of names.
    pub fn stores(&self) -> impl Iterator<Item = (StoreName, &StoreChanges)> {
        self.0.iter().map(|(store, writes)| (*store, writes))
    }

    /// The first write inside `range`, which must not be empty.
    pub(crate) fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Option<(&Vec<u8>, &Option<Vec<u8>>)> {
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let bounds = (Bound::Included(range.start.as_slice()), end);
        let mut inside = self.0.get(&store)?.range::<[u8], _>(bounds);
        match order {
            Order::Ascending => inside.next(),
            Order::Descending => inside.next_back(),
        }
    }
}

impl FromIterator<(StoreName, StoreChanges)> for Changes {
    fn from_iter<T: IntoIterator<Item = (StoreName, StoreChanges)>>(stores: T) -> Self {
        Self(stores.into_iter().collect())
    }
}

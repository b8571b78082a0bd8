//! The root computed again from nothing but the values.

use std::collections::BTreeMap;

use fjall::Readable as _;

use super::{Database, layout};
use crate::{
    Root, StoreChanges, StoreError, StoreName,
    commitment::{Nodes, multistore},
};

/// A tree that has no nodes yet.
struct NoNodes;

impl Nodes for NoNodes {
    fn node(&self, _: StoreName, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }
}

impl Database {
    /// The app hash of the values held for the last height, without looking at any stored node.
    /// Reads the whole state: for tests and for `stoad check`.
    pub fn recompute_app_hash(&self) -> Result<Root, StoreError> {
        let view = self.engine.snapshot();
        let mut stores: BTreeMap<String, StoreChanges> = BTreeMap::new();
        for entry in view.iter(&self.keyspaces.latest) {
            let (place, value) = entry.into_inner()?;
            let (name, key) = layout::split_place(&place)?;
            stores.entry(name).or_default().insert(key, Some(value.to_vec()));
        }
        // The name plays no part in a tree of its own.
        let anonymous = StoreName("");
        let mut roots: BTreeMap<String, Root> = BTreeMap::new();
        for (name, values) in stores {
            let tree = self.options.commitment.stage(&NoNodes, anonymous, &values)?;
            roots.extend(tree.root.map(|root| (name, root)));
        }
        Ok(multistore::root(roots.iter().map(|(name, root)| (name.as_str(), root))))
    }
}

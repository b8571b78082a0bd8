//! The root computed again from the values.

use std::collections::BTreeMap;

use fjall::Readable as _;

use super::{Database, layout, meta, nodes::StoredNodes};
use crate::{Entry, Root, StoreError, commitment::multistore};

impl Database {
    /// The app hash of the values held for the last height, over the stored shape of the trees; no stored
    /// hash is trusted. Fails where keys and trees do not match.
    /// Reads the whole state: for tests and for `stoad check`.
    pub fn recompute_app_hash(&self) -> Result<Root, StoreError> {
        self.writer.lock().map_err(|_| StoreError::Poisoned)?.wait()?;
        let view = self.engine.snapshot();
        let latest = meta::height(&view, &self.keyspaces.meta, meta::LATEST_KEY)?;
        let mut trees = match latest {
            Some(height) => meta::trees(&view, &self.keyspaces.meta, height)?,
            None => BTreeMap::new(),
        };
        let mut roots = Vec::new();
        for store in &self.options.stores {
            let Some(tree) = trees.remove(store.0) else { continue };
            let nodes = StoredNodes { view: &view, nodes: &self.keyspaces.nodes, store: *store };
            let prefix = layout::store_prefix(*store);
            let mut entries = view.prefix(&self.keyspaces.latest, prefix).map(
                |entry| -> Result<Entry, StoreError> {
                    let (place, value) = entry.into_inner()?;
                    Ok((layout::key_of_place(*store, &place)?, value.to_vec()))
                },
            );
            roots.push((store.0, tree.rehash(&nodes, &mut entries)?));
        }
        roots.sort_unstable();
        Ok(multistore::root(roots))
    }
}

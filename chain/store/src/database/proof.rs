//! Proofs of what was under a key at a height that is held.

use std::{collections::BTreeMap, sync::Arc};

use fjall::Snapshot as View;
use ics23::CommitmentProof;

use super::{Database, meta, nodes::StoredNodes};
use crate::{
    Root, Snapshot, StoreError, StoreName,
    commitment::{iavl::Tree, multistore},
};

/// What is under a key, with the two proofs that lead from it to the app hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// The value; none where the key is absent.
    pub value: Option<Vec<u8>>,
    /// That the key is, or is not, in its store (`iavl_spec`).
    pub in_store: CommitmentProof,
    /// That the store's root is in the app hash (`tendermint_spec`).
    pub of_store: CommitmentProof,
}

impl Database {
    /// Proves what was under `key` after the commit of `height`. Everything is read from one view of the
    /// engine, so commits meanwhile do not matter.
    pub fn prove(&self, height: u64, store: StoreName, key: &[u8]) -> Result<Proven, StoreError> {
        let AtHeight { view, snapshot, trees } = self.trees_at(height)?;
        let unknown = || StoreError::UnknownStore { name: store.0.to_owned() };
        let tree = trees.get(store.0).ok_or_else(unknown)?;
        let nodes = StoredNodes { view: &view, nodes: &self.keyspaces.nodes, store };
        let in_store = tree.prove(&nodes, &|key| snapshot.get(store, key), key)?;
        let roots = trees.iter().map(|(name, tree)| (name.as_str(), tree.root()));
        let of_store = multistore::prove(roots, store.0).ok_or_else(unknown)?;
        Ok(Proven { value: snapshot.get(store, key)?, in_store, of_store })
    }

    /// The root of every store after the commit of `height`, by name.
    pub fn roots(&self, height: u64) -> Result<BTreeMap<String, Root>, StoreError> {
        let trees = self.trees_at(height)?.trees;
        Ok(trees.into_iter().map(|(name, tree)| (name, tree.root())).collect())
    }

    /// The last trees are in memory, and maybe nowhere else yet; earlier ones are on the disk.
    fn trees_at(&self, height: u64) -> Result<AtHeight, StoreError> {
        let head = self.head()?;
        let view = self.engine.snapshot();
        let (_, snapshot) = self.at_view(view.clone(), height)?;
        if height > head.height() {
            // On the disk, but its commit has not returned.
            let (earliest, latest) = (head.earliest, head.height());
            return Err(StoreError::UnknownHeight { height, earliest, latest });
        }
        let trees = if height == head.height() {
            let named = |(store, tree): (&StoreName, &Tree)| (store.0.to_owned(), tree.clone());
            head.trees.iter().map(named).collect()
        } else {
            drop(head);
            meta::trees(&view, &self.keyspaces.meta, height)?
        };
        Ok(AtHeight { view, snapshot, trees })
    }
}

/// One height, as one view of the engine shows it.
struct AtHeight {
    view: View,
    snapshot: Arc<dyn Snapshot>,
    trees: BTreeMap<String, Tree>,
}

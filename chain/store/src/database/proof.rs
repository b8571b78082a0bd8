//! Proofs of what was under a key at a height that is held.

use std::collections::BTreeMap;

use ics23::CommitmentProof;

use super::{Database, meta, nodes::StoredNodes};
use crate::{Root, StoreError, StoreName, commitment::multistore};

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
        let view = self.engine.snapshot();
        let (_, snapshot) = self.at_view(view.clone(), height)?;
        let trees = meta::trees(&view, &self.keyspaces.meta, height)?;
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
        let view = self.engine.snapshot();
        self.at_view(view.clone(), height)?;
        let trees = meta::trees(&view, &self.keyspaces.meta, height)?;
        Ok(trees.into_iter().map(|(name, tree)| (name, tree.root())).collect())
    }
}

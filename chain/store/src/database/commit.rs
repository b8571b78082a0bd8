//! From the changes of a block to one atomic batch.

use std::{collections::BTreeMap, sync::Arc};

use fjall::{Keyspace, OwnedWriteBatch, PersistMode, Readable as _};

use super::{CommitRecord, Database, Head, layout, meta, snapshots::Latest};
use crate::{
    Changes, Root, StoreError, StoreName,
    commitment::{NodeWrites, Nodes, multistore},
};

/// A block's changes with the root they lead to; nothing is on the disk yet.
pub struct StagedCommit {
    record: CommitRecord,
    changes: Changes,
    nodes: Vec<(StoreName, NodeWrites)>,
    roots: BTreeMap<String, Root>,
}

impl StagedCommit {
    /// Height.
    pub const fn height(&self) -> u64 {
        self.record.height
    }

    /// Root over all stores once this is committed.
    pub const fn app_hash(&self) -> Root {
        self.record.app_hash
    }
}

struct StoredNodes<'a> {
    view: &'a fjall::Snapshot,
    nodes: &'a Keyspace,
}

impl Nodes for StoredNodes<'_> {
    fn node(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes = self.view.get(self.nodes, layout::place(store, key))?;
        Ok(bytes.map(|bytes| bytes.to_vec()))
    }
}

impl Database {
    /// Computes the root that `changes` lead to at `height`; `note` is kept with the commit's record.
    pub fn stage(
        &self,
        height: u64,
        changes: Changes,
        note: Vec<u8>,
    ) -> Result<StagedCommit, StoreError> {
        let mut roots = {
            let head = self.head()?;
            check_order(head.record.as_ref(), height)?;
            head.roots.clone()
        };
        let view = self.engine.snapshot();
        let stored = StoredNodes { view: &view, nodes: &self.keyspaces.nodes };
        let mut nodes = Vec::new();
        for (store, writes) in changes.stores() {
            let tree = self.options.commitment.stage(&stored, store, writes)?;
            match tree.root {
                Some(root) => drop(roots.insert(store.0.to_owned(), root)),
                None => drop(roots.remove(store.0)),
            }
            nodes.push((store, tree.writes));
        }
        let app_hash = multistore::root(roots.iter().map(|(name, root)| (name.as_str(), root)));
        Ok(StagedCommit { record: CommitRecord { height, app_hash, note }, changes, nodes, roots })
    }

    /// Writes a staged block as one batch and syncs it; on return it survives any crash.
    pub fn commit(&self, staged: StagedCommit) -> Result<Root, StoreError> {
        let _only_writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        let (height, app_hash) = (staged.height(), staged.app_hash());
        let (earliest_before, roots_before) = {
            let head = self.head()?;
            check_order(head.record.as_ref(), height)?;
            (head.record.as_ref().map(|_| head.earliest), head.roots.clone())
        };

        let mut batch = self.engine.batch().durability(Some(PersistMode::SyncAll));
        self.write_values(&mut batch, &staged, earliest_before.is_none());
        self.write_nodes(&mut batch, &staged);
        self.write_meta(&mut batch, &staged, &roots_before);
        let earliest = self.prune(&mut batch, earliest_before.unwrap_or(height), height)?;
        batch.insert(&self.keyspaces.meta, meta::EARLIEST_KEY, earliest.to_be_bytes());
        batch.commit()?;

        let view = self.engine.snapshot();
        let snapshot = Arc::new(Latest { view, latest: self.keyspaces.latest.clone() });
        let (record, roots) = (Some(staged.record), staged.roots);
        *self.head()? = Head { record, earliest, roots, snapshot };
        Ok(app_hash)
    }

    fn write_values(
        &self,
        batch: &mut OwnedWriteBatch,
        staged: &StagedCommit,
        is_first_commit: bool,
    ) {
        let keyspaces = &self.keyspaces;
        for (store, writes) in staged.changes.stores() {
            for (key, value) in writes {
                let place = layout::place(store, key);
                let version = layout::version(&layout::ordered(store, key), staged.height());
                let stored = layout::encode_version(value.as_deref());
                batch.insert(&keyspaces.versions, version, stored);
                // Nothing is older than the first commit: pruning need not look there.
                if !is_first_commit {
                    batch.insert(&keyspaces.touched, layout::touched(staged.height(), &place), []);
                }
                match value {
                    Some(value) => batch.insert(&keyspaces.latest, place, value.as_slice()),
                    None => batch.remove(&keyspaces.latest, place),
                }
            }
        }
    }

    fn write_nodes(&self, batch: &mut OwnedWriteBatch, staged: &StagedCommit) {
        for (store, writes) in &staged.nodes {
            for (key, node) in writes {
                let place = layout::place(*store, key);
                match node {
                    Some(node) => {
                        batch.insert(&self.keyspaces.nodes, place, node.as_slice());
                    }
                    None => batch.remove(&self.keyspaces.nodes, place),
                }
            }
        }
    }

    fn write_meta(
        &self,
        batch: &mut OwnedWriteBatch,
        staged: &StagedCommit,
        roots_before: &BTreeMap<String, Root>,
    ) {
        let meta = &self.keyspaces.meta;
        for (store, root) in &staged.roots {
            if roots_before.get(store) != Some(root) {
                batch.insert(meta, meta::root_key(store), *root);
            }
        }
        for store in roots_before.keys().filter(|store| !staged.roots.contains_key(*store)) {
            batch.remove(meta, meta::root_key(store));
        }
        batch.insert(meta, meta::commit_key(staged.height()), staged.record.encode());
        batch.insert(meta, meta::LATEST_KEY, staged.height().to_be_bytes());
    }
}

fn check_order(latest: Option<&CommitRecord>, height: u64) -> Result<(), StoreError> {
    match latest {
        Some(record) if height <= record.height => {
            Err(StoreError::HeightOrder { latest: record.height, actual: height })
        }
        _ => Ok(()),
    }
}

//! From the changes of a block to one atomic batch.

use std::{collections::BTreeMap, sync::Arc};

use fjall::{OwnedWriteBatch, PersistMode};

use super::{CommitRecord, Database, Head, layout, meta, nodes::StoredNodes, snapshots::Latest};
use crate::{
    Changes, Root, StoreError, StoreName,
    commitment::{
        iavl::{NodeId, Tree},
        multistore,
    },
};

/// A block's changes with the root they lead to; nothing is on the disk yet.
pub struct StagedCommit {
    record: CommitRecord,
    changes: Changes,
    trees: BTreeMap<StoreName, Tree>,
    nodes: Vec<NodeChanges>,
    /// Last height when this was staged; zero for none.
    staged_on: u64,
}

/// What happened to the nodes of one store.
struct NodeChanges {
    store: StoreName,
    written: Vec<(NodeId, Vec<u8>)>,
    orphans: Vec<NodeId>,
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

impl Database {
    /// Computes the root that `changes` lead to at `height`; `note` is kept with the commit's record.
    pub fn stage(
        &self,
        height: u64,
        changes: Changes,
        note: Vec<u8>,
    ) -> Result<StagedCommit, StoreError> {
        let (mut trees, staged_on) = {
            let head = self.head()?;
            check_order(head.record.as_ref(), height)?;
            (head.trees.clone(), head.height())
        };
        let view = self.engine.snapshot();
        let mut nodes = Vec::new();
        for (store, writes) in changes.stores() {
            let unknown = || StoreError::UnknownStore { name: store.0.to_owned() };
            let tree = trees.get_mut(&store).ok_or_else(unknown)?;
            let stored = StoredNodes { view: &view, nodes: &self.keyspaces.nodes, store };
            let staged = tree.apply(&stored, height, writes)?;
            *tree = staged.tree;
            let (written, orphans) = (staged.written, staged.orphans);
            nodes.push(NodeChanges { store, written, orphans });
        }
        let app_hash = multistore::root(trees.iter().map(|(store, tree)| (store.0, tree.root())));
        let record = CommitRecord { height, app_hash, note };
        Ok(StagedCommit { record, changes, trees, nodes, staged_on })
    }

    /// Writes a staged block as one batch and syncs it; on return it survives any crash.
    pub fn commit(&self, mut staged: StagedCommit) -> Result<Root, StoreError> {
        let _only_writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        let (height, app_hash) = (staged.height(), staged.app_hash());
        let earliest_before = {
            let head = self.head()?;
            check_order(head.record.as_ref(), height)?;
            if head.height() != staged.staged_on {
                let (staged_on, latest) = (staged.staged_on, head.height());
                return Err(StoreError::StaleStage { staged_on, latest });
            }
            head.record.as_ref().map(|_| head.earliest)
        };

        let mut batch = self.engine.batch().durability(Some(PersistMode::SyncAll));
        self.write_values(&mut batch, &staged, earliest_before.is_none());
        self.write_nodes(&mut batch, &mut staged);
        self.write_meta(&mut batch, &staged);
        let earliest = self.prune(&mut batch, earliest_before.unwrap_or(height), height)?;
        batch.insert(&self.keyspaces.meta, meta::EARLIEST_KEY, earliest.to_be_bytes());
        batch.commit()?;

        let view = self.engine.snapshot();
        let snapshot = Arc::new(Latest { view, latest: self.keyspaces.latest.clone() });
        let (record, trees) = (Some(staged.record), staged.trees);
        *self.head()? = Head { record, earliest, trees, snapshot };
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

    fn write_nodes(&self, batch: &mut OwnedWriteBatch, staged: &mut StagedCommit) {
        let height = staged.height();
        for NodeChanges { store, written, orphans } in std::mem::take(&mut staged.nodes) {
            for (id, record) in written {
                batch.insert(&self.keyspaces.nodes, layout::node(store, id), record);
            }
            if !orphans.is_empty() {
                let key = meta::orphans_key(height, store);
                batch.insert(&self.keyspaces.meta, key, meta::encode_orphans(&orphans));
            }
        }
    }

    fn write_meta(&self, batch: &mut OwnedWriteBatch, staged: &StagedCommit) {
        let (meta, height) = (&self.keyspaces.meta, staged.height());
        batch.insert(meta, meta::trees_key(height), meta::encode_trees(&staged.trees));
        batch.insert(meta, meta::commit_key(height), staged.record.encode());
        batch.insert(meta, meta::LATEST_KEY, height.to_be_bytes());
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

//! From the changes of a block to one atomic batch.

use fjall::{OwnedWriteBatch, PersistMode};

use super::{
    CommitRecord, Database, Head,
    behind::{Behind, NodeChanges},
    import, layout, meta,
    replay::{self, Trees},
};
use crate::{Changes, FailPoint, Root, StoreError};

/// A block's changes with the root they lead to; nothing is on the disk yet.
pub struct StagedCommit {
    record: CommitRecord,
    changes: Changes,
    trees: Trees,
    nodes: Vec<NodeChanges>,
    /// Last height when this was staged; zero for none.
    staged_on: u64,
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
        let nodes = replay::apply(&mut trees, &view, &self.keyspaces, height, &changes)?;
        self.let_leave(&mut trees)?;
        let record = CommitRecord { height, app_hash: replay::app_hash(&trees), note };
        Ok(StagedCommit { record, changes, trees, nodes, staged_on })
    }

    /// Writes a staged block as one batch and syncs it; on return it survives any crash.
    pub fn commit(&self, staged: StagedCommit) -> Result<Root, StoreError> {
        FailPoint::CommitBegun.reach();
        let mut writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        let (height, app_hash) = (staged.height(), staged.app_hash());
        let (earliest_before, needs_nodes) = {
            let head = self.head()?;
            check_order(head.record.as_ref(), height)?;
            if head.height() != staged.staged_on {
                let (staged_on, latest) = (staged.staged_on, head.height());
                return Err(StoreError::StaleStage { staged_on, latest });
            }
            (head.record.as_ref().map(|_| head.earliest), head.needs_nodes)
        };
        writer.wait()?;
        if earliest_before.is_none() {
            import::clear_unfinished(&self.engine, &self.keyspaces)?;
        }
        FailPoint::NodesAwaited.reach();

        let mut batch = self.engine.batch().durability(Some(PersistMode::SyncAll));
        let StagedCommit { record, changes, trees, nodes, .. } = staged;
        let writes = self.write_values(&mut batch, &changes, height, earliest_before.is_none());
        FailPoint::ValuesAdded.reach();
        let earliest = self.prune(&mut batch, earliest_before.unwrap_or(height), height)?;
        FailPoint::PruningAdded.reach();
        let meta = &self.keyspaces.meta;
        batch.insert(meta, meta::EARLIEST_KEY, earliest.to_be_bytes());
        batch.insert(meta, meta::LATEST_KEY, height.to_be_bytes());
        batch.insert(meta, meta::commit_key(height), record.encode());
        let behind = Behind { height, trees: meta::encode_trees(&trees), nodes, changes };
        let behind = if needs_nodes {
            behind.add_to(&mut batch, &self.keyspaces);
            None
        } else {
            Some(behind)
        };
        FailPoint::BatchBuilt.reach();
        batch.commit()?;
        FailPoint::Synced.reach();

        self.reads.advance(height, writes);
        let snapshot = self.latest_state(self.engine.snapshot(), height);
        let (record, needs_nodes) = (Some(record), false);
        let head = Head { record, earliest, trees, snapshot, needs_nodes };
        let before = std::mem::replace(&mut *self.head()?, head);
        FailPoint::HeadSwapped.reach();
        if let Some(behind) = behind {
            writer.begin(&self.engine, &self.keyspaces, behind, before.trees);
        }
        Ok(app_hash)
    }

    /// Adds the values to `batch`; answers them by their places.
    fn write_values(
        &self,
        batch: &mut OwnedWriteBatch,
        changes: &Changes,
        height: u64,
        is_first_commit: bool,
    ) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        let keyspaces = &self.keyspaces;
        let mut writes = Vec::new();
        for (store, changes) in changes.stores() {
            for (key, value) in changes {
                let place = layout::place(store, key);
                match value {
                    Some(value) => {
                        batch.insert(&keyspaces.latest, place.as_slice(), value.as_slice());
                    }
                    None => batch.remove(&keyspaces.latest, place.as_slice()),
                }
                writes.push((place, value.clone()));
            }
        }
        // Nothing is older than the first commit, and nothing of it comes behind: nobody need look there.
        if !is_first_commit {
            let parts = layout::encode_places(writes.iter().map(|(place, _)| place.as_slice()));
            for (number, part) in (0..).zip(parts) {
                batch.insert(&keyspaces.touched, layout::touched(height, number), part);
            }
        }
        writes
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

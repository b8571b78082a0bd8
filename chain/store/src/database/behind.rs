//! What follows from a commit is written behind it: nodes of the trees and versions of the values.
//!
//! A commit is durable once the values, their places and its record are on the disk: the nodes can be computed
//! again from the trees before and the block's changes, and what a version holds is the value until the next
//! commit ([`super::replay`]). So both are written by a thread of their own while the next block is executed,
//! and the next commit waits for them: at most one height is behind.

use std::thread::{self, JoinHandle};

use fjall::OwnedWriteBatch;

use super::{Keyspaces, layout, meta, replay::Trees};
use crate::{
    Changes, FailPoint, StoreError, StoreName,
    commitment::iavl::{NewNode, NodeId},
};

/// What happened to the nodes of one store.
pub(super) struct NodeChanges {
    pub(super) store: StoreName,
    pub(super) written: Vec<NewNode>,
    pub(super) orphans: Vec<NodeId>,
}

/// Everything that one height adds to the disk and that follows from what its commit has synced.
pub(super) struct Behind {
    pub(super) height: u64,
    /// The trees' record; that it is there says that all the rest is.
    pub(super) trees: Vec<u8>,
    pub(super) nodes: Vec<NodeChanges>,
    /// The writes whose versions these are.
    pub(super) changes: Changes,
}

impl Behind {
    pub(super) fn add_to(&self, batch: &mut OwnedWriteBatch, keyspaces: &Keyspaces) {
        let Self { height, trees, nodes, changes } = self;
        for (store, writes) in changes.stores() {
            for (key, value) in writes {
                let version = layout::version(&layout::ordered(store, key), *height);
                let stored = layout::encode_version(value.as_deref());
                batch.insert(&keyspaces.versions, version, stored);
            }
        }
        for NodeChanges { store, written, orphans } in nodes {
            for node in written {
                batch.insert(&keyspaces.nodes, layout::node(*store, node.id), node.record());
            }
            if !orphans.is_empty() {
                let key = meta::orphans_key(*height, *store);
                batch.insert(&keyspaces.meta, key, meta::encode_orphans(orphans));
            }
        }
        batch.insert(&keyspaces.meta, meta::trees_key(*height), trees.as_slice());
    }
}

/// The thread that writes what follows from the last commit.
#[derive(Default)]
pub(super) struct BehindWriter {
    running: Option<JoinHandle<Result<(), fjall::Error>>>,
    has_failed: bool,
}

impl BehindWriter {
    /// Returns once nothing is behind. After a failure nothing may be committed any more.
    pub(super) fn wait(&mut self) -> Result<(), StoreError> {
        let Some(thread) = self.running.take() else {
            return if self.has_failed { Err(StoreError::Poisoned) } else { Ok(()) };
        };
        let outcome = match thread.join() {
            Ok(written) => written.map_err(StoreError::from),
            Err(_) => Err(StoreError::Poisoned),
        };
        self.has_failed = outcome.is_err();
        outcome
    }

    /// Whether nobody has begun to write since the last wait.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_none()
    }

    /// Begins to write, and to free what only the trees before held; the writes before are done.
    pub(super) fn begin(
        &mut self,
        engine: &fjall::Database,
        keyspaces: &Keyspaces,
        writes: Behind,
        superseded: Trees,
    ) {
        let (engine, keyspaces) = (engine.clone(), keyspaces.clone());
        self.running = Some(thread::spawn(move || {
            FailPoint::NodesBegun.reach();
            // Not synced: the next commit is, and the journal keeps the order.
            let mut batch = engine.batch();
            writes.add_to(&mut batch, &keyspaces);
            let written = batch.commit();
            FailPoint::NodesWritten.reach();
            drop(superseded);
            written
        }));
    }
}

/// The folder can be opened again once the database is dropped.
impl Drop for BehindWriter {
    fn drop(&mut self) {
        // What is missing is computed again at the next start.
        let _ = self.wait();
    }
}

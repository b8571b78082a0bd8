//! Nodes of the trees are written behind the commit that they belong to.
//!
//! A commit is durable once its values and record are on the disk: the nodes can be computed again from
//! the trees before and the block's changes ([`super::replay`]). So they are written by a thread of their
//! own while the next block is executed, and the next commit waits for them: at most one height is behind.

use std::thread::{self, JoinHandle};

use fjall::OwnedWriteBatch;

use super::{Keyspaces, layout, meta, replay::Trees};
use crate::{
    FailPoint, StoreError, StoreName,
    commitment::iavl::{NewNode, NodeId},
};

/// What happened to the nodes of one store.
pub(super) struct NodeChanges {
    pub(super) store: StoreName,
    pub(super) written: Vec<NewNode>,
    pub(super) orphans: Vec<NodeId>,
}

/// Everything about the trees that one height adds to the disk.
pub(super) struct NodeWrites {
    pub(super) height: u64,
    /// The trees' record; that it is there says that all the rest is.
    pub(super) trees: Vec<u8>,
    pub(super) stores: Vec<NodeChanges>,
}

impl NodeWrites {
    pub(super) fn add_to(self, batch: &mut OwnedWriteBatch, keyspaces: &Keyspaces) {
        let Self { height, trees, stores } = self;
        for NodeChanges { store, written, orphans } in stores {
            for node in written {
                batch.insert(&keyspaces.nodes, layout::node(store, node.id), node.record());
            }
            if !orphans.is_empty() {
                let key = meta::orphans_key(height, store);
                batch.insert(&keyspaces.meta, key, meta::encode_orphans(&orphans));
            }
        }
        batch.insert(&keyspaces.meta, meta::trees_key(height), trees);
    }
}

/// The thread that writes the nodes of the last commit.
#[derive(Default)]
pub(super) struct NodeWriter {
    running: Option<JoinHandle<Result<(), fjall::Error>>>,
    has_failed: bool,
}

impl NodeWriter {
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
        writes: NodeWrites,
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
impl Drop for NodeWriter {
    fn drop(&mut self) {
        // What is missing is computed again at the next start.
        let _ = self.wait();
    }
}

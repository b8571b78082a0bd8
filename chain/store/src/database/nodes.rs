//! Stored nodes of one store's trees.

use fjall::{Keyspace, Readable as _, Snapshot as View};

use super::layout;
use crate::{
    StoreError, StoreName,
    commitment::iavl::{NodeId, Nodes},
};

pub(super) struct StoredNodes<'a> {
    pub(super) view: &'a View,
    pub(super) nodes: &'a Keyspace,
    pub(super) store: StoreName,
}

impl Nodes for StoredNodes<'_> {
    fn record(&self, id: NodeId) -> Result<Vec<u8>, StoreError> {
        let missing = StoreError::Corrupt { what: "commitment node" };
        let bytes = self.view.get(self.nodes, layout::node(self.store, id))?.ok_or(missing)?;
        Ok(bytes.to_vec())
    }
}

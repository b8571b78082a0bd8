//! Forgetting heights that nobody may ask for any more.

use std::collections::BTreeSet;

use fjall::{OwnedWriteBatch, Readable as _};

use super::{Database, Keyspaces, layout, meta};
use crate::StoreError;

/// Most heights that one commit forgets beyond those that came since the last time, so that a smaller
/// `keep_recent` does not stall a block.
const MAX_HEIGHTS_PRUNED_PER_COMMIT: u64 = 16;

impl Database {
    /// Adds to `batch` what forgetting old heights deletes; returns the first height still held.
    ///
    /// A version is dead once a later one exists at or below the first height held. So for every height
    /// that becomes the first one, the keys written there lose their older versions, and the version
    /// itself where it is a deletion. Likewise a node is dead once no tree from there on holds it: it is
    /// among the orphans of a height up to the first one held.
    pub(super) fn prune(
        &self,
        batch: &mut OwnedWriteBatch,
        earliest: u64,
        height: u64,
    ) -> Result<u64, StoreError> {
        let interval = self.options.prune_interval.max(1);
        if !height.is_multiple_of(interval) {
            return Ok(earliest);
        }
        // The height before the last is always held: a block may be executed again on top of it.
        let target = height.saturating_sub(self.options.keep_recent.max(1));
        let most = interval.saturating_add(MAX_HEIGHTS_PRUNED_PER_COMMIT);
        let last = target.min(earliest.saturating_add(most));
        let view = self.engine.snapshot();
        for forgotten in earliest..last {
            batch.remove(&self.keyspaces.meta, meta::commit_key(forgotten));
            batch.remove(&self.keyspaces.meta, meta::trees_key(forgotten));
            self.forget_nodes(batch, &view, forgotten + 1)?;
            self.forget_before(batch, &view, forgotten + 1)?;
        }
        Ok(earliest.max(last))
    }

    fn forget_nodes(
        &self,
        batch: &mut OwnedWriteBatch,
        view: &fjall::Snapshot,
        height: u64,
    ) -> Result<(), StoreError> {
        let Keyspaces { meta, nodes, .. } = &self.keyspaces;
        for store in &self.options.stores {
            let orphans = meta::orphans(view, meta, height, *store)?;
            if orphans.is_empty() {
                continue;
            }
            for id in orphans {
                batch.remove(nodes, layout::node(*store, id));
            }
            batch.remove(meta, meta::orphans_key(height, *store));
        }
        Ok(())
    }

    fn forget_before(
        &self,
        batch: &mut OwnedWriteBatch,
        view: &fjall::Snapshot,
        height: u64,
    ) -> Result<(), StoreError> {
        let keyspaces = &self.keyspaces;
        let mut places = BTreeSet::new();
        for part in view.prefix(&keyspaces.touched, height.to_be_bytes()) {
            let (key, part) = part.into_inner()?;
            places.extend(layout::decode_places(&part)?);
            batch.remove(&keyspaces.touched, key);
        }
        for place in places {
            let ordered = layout::ordered_of_place(&place)?;
            let dead = layout::version(&ordered, height)..=layout::version(&ordered, 0);
            for (age, entry) in view.range(&keyspaces.versions, dead).enumerate() {
                let (key, value) = entry.into_inner()?;
                let is_older = age > 0;
                if is_older || layout::decode_version(&value)?.is_none() {
                    batch.remove(&keyspaces.versions, key);
                }
            }
        }
        Ok(())
    }
}

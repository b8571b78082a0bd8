//! Stores that leave the state.
//!
//! An upgrade may delete a store or give it another name. The block that does so deletes its keys like any
//! others, so that earlier heights stay readable and are forgotten as usual; the store is then empty and no
//! part of the app hash any more. Go's `rootmulti` does the same: it empties the store, commits it for the
//! last time and leaves it out of the commit's info.

use std::collections::BTreeMap;

use super::{Database, meta, replay::Trees};
use crate::{StoreError, StoreName, commitment::iavl::Tree};

impl Database {
    /// Lets `stores`, which are among those that it was opened with, leave the state with the next commit,
    /// unless they have left it before.
    pub fn without(mut self, stores: Vec<StoreName>) -> Result<Self, StoreError> {
        let head = self.head.get_mut().map_err(|_| StoreError::Poisoned)?;
        let held = match &head.record {
            Some(record) => {
                let view = self.engine.snapshot();
                meta::trees(&view, &self.keyspaces.meta, record.height)?
            }
            None => BTreeMap::new(),
        };
        let is_there = |store: &StoreName| held.contains_key(store.0);
        head.trees.retain(|store, _| !stores.contains(store) || is_there(store));
        // The trees after the next commit are not of the same stores: it must not depend on those before.
        head.needs_nodes |= stores.iter().any(is_there);
        self.leaving = stores;
        Ok(self)
    }

    /// Takes the stores that leave out of the trees after a block, which must have emptied them.
    pub(super) fn let_leave(&self, trees: &mut Trees) -> Result<(), StoreError> {
        for store in &self.leaving {
            if trees.remove(store).is_some_and(|tree| tree.root() != Tree::default().root()) {
                return Err(StoreError::NotEmpty { name: store.0.to_owned() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use fjall::Readable as _;

    use super::*;
    use crate::{Changes, database::{Options, layout}};

    const BANK: StoreName = StoreName("bank");
    const GONE: StoreName = StoreName("gone");

    fn open(folder: &std::path::Path, stores: &[StoreName], leaving: &[StoreName]) -> Database {
        let options = Options { keep_recent: 2, prune_interval: 1, stores: stores.to_vec() };
        Database::open(folder, options).unwrap().without(leaving.to_vec()).unwrap()
    }

    fn changes(height: u64, gone: Option<Vec<u8>>) -> Changes {
        let mut changes = Changes::new();
        for key in 0..40u8 {
            changes.insert(BANK, vec![key], Some(height.to_be_bytes().to_vec()));
            changes.insert(GONE, vec![key], gone.clone());
        }
        changes
    }

    fn commit(database: &Database, height: u64, changes: Changes) -> crate::Root {
        database.commit(database.stage(height, changes, vec![]).unwrap()).unwrap()
    }

    fn only_bank(height: u64) -> Changes {
        changes(height, None).stores().filter(|(store, _)| *store == BANK).map(|(store, writes)| (store, writes.clone())).collect()
    }

    #[test]
    fn a_store_that_leaves_is_out_of_the_root_readable_before_and_forgotten_in_the_end() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        // One that never had it.
        let reference = open(folders[1].path(), &[BANK], &[]);
        let database = open(folders[0].path(), &[BANK, GONE], &[]);
        for height in 1..=3 {
            commit(&database, height, changes(height, Some(vec![7])));
            commit(&reference, height, only_bank(height));
        }
        drop(database);
        let database = open(folders[0].path(), &[BANK, GONE], &[GONE]);
        // Until the block that it leaves with, it is part of the state.
        assert_eq!(database.roots(3).unwrap().len(), 2);
        let last = database.latest().unwrap().unwrap().app_hash;
        assert_eq!(database.recompute_app_hash().unwrap(), last);
        let full = database.stage(4, only_bank(4), vec![]);
        assert!(matches!(full, Err(StoreError::NotEmpty { .. })), "somebody forgot to empty it");
        let root = commit(&database, 4, changes(4, None));
        assert_eq!(root, commit(&reference, 4, only_bank(4)));
        assert!(database.writer.lock().unwrap().is_idle(), "its trees depend on no others");
        assert_eq!(database.recompute_app_hash().unwrap(), root);
        // What was, can still be read and proven.
        let (_, before) = database.at(3).unwrap();
        assert_eq!(before.get(GONE, &[1]).unwrap(), Some(vec![7]));
        assert_eq!(database.roots(3).unwrap().len(), 2);
        assert_eq!(database.roots(4).unwrap().len(), 1);
        drop(database);
        let database = open(folders[0].path(), &[BANK, GONE], &[GONE]);
        for height in 5..=8 {
            let root = commit(&database, height, only_bank(height));
            assert_eq!(root, commit(&reference, height, only_bank(height)));
        }
        let refused = database.stage(9, changes(9, Some(vec![1])), vec![]);
        assert!(matches!(refused, Err(StoreError::UnknownStore { .. })), "it does not come back");
        database.writer.lock().unwrap().wait().unwrap();
        let view = database.engine.snapshot();
        for keyspace in [&database.keyspaces.nodes, &database.keyspaces.versions, &database.keyspaces.latest] {
            assert_eq!(view.prefix(keyspace, layout::store_prefix(GONE)).count(), 0);
        }
    }

    #[test]
    fn a_crash_right_before_or_behind_the_block_of_the_change_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), &[BANK, GONE], &[]);
        for height in 1..=3 {
            commit(&database, height, changes(height, Some(vec![height as u8])));
        }
        drop(database);
        let database = open(folder.path(), &[BANK, GONE], &[GONE]);
        // Staged, and the process ends.
        let staged = database.stage(4, changes(4, None), vec![]).unwrap().app_hash();
        drop(database);
        let database = open(folder.path(), &[BANK, GONE], &[GONE]);
        assert_eq!(commit(&database, 4, changes(4, None)), staged);
        drop(database);
        // A release without any trace of the store.
        let database = open(folder.path(), &[BANK], &[]);
        assert_eq!(database.recompute_app_hash().unwrap(), staged);
        commit(&database, 5, only_bank(5));
    }
}

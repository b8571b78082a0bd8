//! The trees of the last commit, whose nodes a crash may have lost.

use std::{collections::BTreeMap, thread};

use fjall::{Readable as _, Snapshot as View};

use super::{
    CommitRecord, Keyspaces, layout, meta,
    node_writer::{NodeChanges, NodeWrites},
    nodes::StoredNodes,
};
use crate::{
    Changes, StoreChanges, StoreError, StoreName,
    commitment::{
        iavl::{StagedTree, Tree},
        multistore,
    },
};

/// Writes to a store for which a thread pays: some milliseconds of hashing.
const WRITES_OF_A_THREAD: usize = 1_000;

/// Trees of all mounted stores.
pub(super) type Trees = BTreeMap<StoreName, Tree>;

/// The trees after the commit of `last`, of the stores that were mounted then and must still be.
pub(super) fn load(
    engine: &fjall::Database,
    keyspaces: &Keyspaces,
    stores: &[StoreName],
    last: &CommitRecord,
) -> Result<Trees, StoreError> {
    let missing = StoreError::Corrupt { what: "trees of the last commit" };
    let view = engine.snapshot();
    let complete = meta::last_trees_height(&view, &keyspaces.meta)?.ok_or(missing)?;
    let mut trees = Trees::new();
    for (name, tree) in meta::trees(&view, &keyspaces.meta, complete)? {
        match stores.iter().find(|store| store.0 == name) {
            Some(store) => drop(trees.insert(*store, tree)),
            None => return Err(StoreError::UnknownStore { name }),
        }
    }
    if complete < last.height {
        let changes = changes_of(&view, keyspaces, stores, last.height)?;
        let stores = apply(&mut trees, &view, keyspaces, last.height, &changes)?;
        if app_hash(&trees) != last.app_hash {
            return Err(StoreError::Corrupt { what: "changes of the last commit" });
        }
        let writes = NodeWrites { height: last.height, trees: meta::encode_trees(&trees), stores };
        let mut batch = engine.batch();
        writes.add_to(&mut batch, keyspaces);
        batch.commit()?;
    }
    Ok(trees)
}

/// Applies the changes of a block; the nodes of the trees before are on the disk or in memory. Stores know
/// nothing of one another, so large changes to several are applied at the same time.
pub(super) fn apply(
    trees: &mut Trees,
    view: &View,
    keyspaces: &Keyspaces,
    height: u64,
    changes: &Changes,
) -> Result<Vec<NodeChanges>, StoreError> {
    let one = |store: StoreName, writes: &StoreChanges| -> Result<_, StoreError> {
        let unknown = || StoreError::UnknownStore { name: store.0.to_owned() };
        let tree = trees.get(&store).ok_or_else(unknown)?;
        let stored = StoredNodes { view, nodes: &keyspaces.nodes, store };
        Ok((store, tree.apply(&stored, height, writes)?))
    };
    let largest = changes.stores().max_by_key(|(_, writes)| writes.len()).map(|(store, _)| store);
    let staged = thread::scope(|scope| {
        let mut beside = Vec::new();
        let mut here = Vec::new();
        for (store, writes) in changes.stores() {
            if Some(store) != largest && writes.len() >= WRITES_OF_A_THREAD {
                beside.push(scope.spawn(move || one(store, writes)));
            } else {
                here.push((store, writes));
            }
        }
        let mut staged = Vec::new();
        for (store, writes) in here {
            staged.push(one(store, writes)?);
        }
        for thread in beside {
            staged.push(thread.join().map_err(|_| StoreError::Poisoned)??);
        }
        Ok::<_, StoreError>(staged)
    })?;
    let mut nodes = Vec::new();
    for (store, StagedTree { tree, written, orphans }) in staged {
        trees.insert(store, tree);
        nodes.push(NodeChanges { store, written, orphans });
    }
    Ok(nodes)
}

pub(super) fn app_hash(trees: &Trees) -> crate::Root {
    multistore::root(trees.iter().map(|(store, tree)| (store.0, tree.root())))
}

/// What the commit of `height` wrote.
fn changes_of(
    view: &View,
    keyspaces: &Keyspaces,
    stores: &[StoreName],
    height: u64,
) -> Result<Changes, StoreError> {
    let missing = || StoreError::Corrupt { what: "version of a value" };
    let mut changes = Changes::new();
    for part in view.prefix(&keyspaces.touched, height.to_be_bytes()) {
        for place in layout::decode_places(&part.value()?)? {
            let (store, key) = layout::split_place(&place, stores)?;
            let version = layout::version(&layout::ordered(store, &key), height);
            let value = view.get(&keyspaces.versions, version)?.ok_or_else(missing)?;
            changes.insert(store, key, layout::decode_version(&value)?);
        }
    }
    Ok(changes)
}

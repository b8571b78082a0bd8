//! The trees of the last commit, whose nodes a crash may have lost.

use std::collections::BTreeMap;

use fjall::{Readable as _, Snapshot as View};

use super::{
    CommitRecord, Keyspaces, layout, meta,
    node_writer::{NodeChanges, NodeWrites},
    nodes::StoredNodes,
};
use crate::{
    Changes, StoreError, StoreName,
    commitment::{iavl::Tree, multistore},
};

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

/// Applies the changes of a block; the nodes of the trees before are on the disk or in memory.
pub(super) fn apply(
    trees: &mut Trees,
    view: &View,
    keyspaces: &Keyspaces,
    height: u64,
    changes: &Changes,
) -> Result<Vec<NodeChanges>, StoreError> {
    let mut nodes = Vec::new();
    for (store, writes) in changes.stores() {
        let unknown = || StoreError::UnknownStore { name: store.0.to_owned() };
        let tree = trees.get_mut(&store).ok_or_else(unknown)?;
        let stored = StoredNodes { view, nodes: &keyspaces.nodes, store };
        let staged = tree.apply(&stored, height, writes)?;
        *tree = staged.tree;
        let (written, orphans) = (staged.written, staged.orphans);
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
    for entry in view.prefix(&keyspaces.touched, height.to_be_bytes()) {
        let (store, key) = layout::split_touched(&entry.key()?, stores)?;
        let version = layout::version(&layout::ordered(store, &key), height);
        let value = view.get(&keyspaces.versions, version)?.ok_or_else(missing)?;
        changes.insert(store, key, layout::decode_version(&value)?);
    }
    Ok(changes)
}

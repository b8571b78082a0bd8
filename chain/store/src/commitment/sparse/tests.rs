use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const STORE: StoreName = StoreName("test");

#[derive(Default)]
struct Memory(BTreeMap<Vec<u8>, Vec<u8>>);

impl Nodes for Memory {
    fn node(&self, _: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(key).cloned())
    }
}

impl Memory {
    fn apply(&mut self, changes: &StoreChanges) -> Option<Root> {
        let staged = SparseMerkle.stage(self, STORE, changes).unwrap();
        for (key, node) in staged.writes {
            match node {
                Some(node) => drop(self.0.insert(key, node)),
                None => drop(self.0.remove(&key)),
            }
        }
        staged.root
    }
}

fn one(key: &[u8], value: Option<&[u8]>) -> StoreChanges {
    StoreChanges::from([(key.to_vec(), value.map(<[u8]>::to_vec))])
}

#[test]
fn a_single_key_is_its_leaf_and_deleting_it_leaves_nothing() {
    let mut tree = Memory::default();
    let root = tree.apply(&one(b"key", Some(b"value"))).unwrap();
    let (key_hash, value_hash) = (Sha256::digest(b"key").into(), Sha256::digest(b"value").into());
    assert_eq!(root, Leaf { key_hash, value_hash }.hash());
    assert_eq!(tree.apply(&one(b"key", None)), None);
    assert!(tree.0.is_empty());
}

#[test]
fn deleting_an_absent_key_changes_nothing() {
    let mut tree = Memory::default();
    let root = tree.apply(&one(b"key", Some(b"value")));
    assert_eq!(tree.apply(&one(b"other", None)), root);
}

#[test]
fn the_same_value_under_another_key_has_another_root() {
    let a = Memory::default().apply(&one(b"a", Some(b"value")));
    let b = Memory::default().apply(&one(b"b", Some(b"value")));
    assert_ne!(a, b);
}

proptest! {
    /// However the writes are spread over blocks, root and stored nodes equal those of one block with
    /// the final state: nothing of the history is left in the tree.
    #[test]
    fn the_tree_depends_on_the_state_alone(
        blocks in proptest::collection::vec(
            proptest::collection::btree_map(
                proptest::collection::vec(0u8..6, 1..3), proptest::option::of(proptest::collection::vec(any::<u8>(), 0..3)), 0..20,
            ), 1..8,
        ),
    ) {
        let (mut tree, mut state, mut root) = (Memory::default(), StoreChanges::new(), None);
        for changes in blocks {
            root = tree.apply(&changes);
            state.extend(changes);
        }
        state.retain(|_, value| value.is_some());
        let mut fresh = Memory::default();
        prop_assert_eq!(fresh.apply(&state), root);
        prop_assert_eq!(fresh.0, tree.0);
        prop_assert_eq!(root.is_none(), state.is_empty());
    }
}

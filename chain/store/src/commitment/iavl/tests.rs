use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::Entry;

#[derive(Default)]
struct Memory(BTreeMap<NodeId, Vec<u8>>);

impl Nodes for Memory {
    fn record(&self, id: NodeId) -> Result<Vec<u8>, StoreError> {
        self.0.get(&id).cloned().ok_or(StoreError::Corrupt { what: "test" })
    }
}

impl Memory {
    /// The tree after `changes`, with no history kept.
    fn apply(&mut self, tree: &Tree, version: u64, changes: &StoreChanges) -> Tree {
        let staged = tree.apply(self, version, changes).unwrap();
        for id in staged.orphans {
            self.0.remove(&id).expect("an orphan was stored");
        }
        self.0.extend(staged.written.iter().map(|node| (node.id, node.record())));
        staged.tree
    }

    /// The same tree with nothing read yet.
    fn reopened(tree: &Tree) -> Tree {
        let mut bytes = Vec::new();
        tree.encode(&mut bytes);
        let mut reader = Reader(&bytes);
        let reopened = Tree::decode(&mut reader).unwrap();
        assert!(reader.is_empty());
        reopened
    }
}

fn one(key: &[u8], value: Option<&[u8]>) -> StoreChanges {
    StoreChanges::from([(key.to_vec(), value.map(<[u8]>::to_vec))])
}

#[test]
fn an_empty_tree_has_the_hash_of_nothing() {
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(hex::encode(Tree::default().root()), nothing);
    let mut memory = Memory::default();
    let tree = memory.apply(&Tree::default(), 1, &one(b"key", Some(b"value")));
    assert_eq!(hex::encode(memory.apply(&tree, 2, &one(b"key", None)).root()), nothing);
    assert!(memory.0.is_empty());
}

#[test]
fn deleting_an_absent_key_changes_nothing() {
    let mut memory = Memory::default();
    let changes = (0u8..9).map(|key| (vec![key * 2], Some(vec![key]))).collect();
    let tree = memory.apply(&Tree::default(), 1, &changes);
    for absent in 0u8..9 {
        let staged = tree.apply(&memory, 2, &one(&[absent * 2 + 1], None)).unwrap();
        assert_eq!(staged.tree.root(), tree.root());
        assert!(staged.written.is_empty() && staged.orphans.is_empty());
    }
}

#[test]
fn writing_the_same_value_again_changes_the_root() {
    let mut memory = Memory::default();
    let first = memory.apply(&Tree::default(), 1, &one(b"key", Some(b"value")));
    let second = memory.apply(&first, 2, &one(b"key", Some(b"value")));
    assert_ne!(first.root(), second.root());
}

#[test]
fn a_key_takes_the_memory_that_the_module_states() {
    let counters = 2 * size_of::<usize>();
    let leaf = counters + size_of::<node::Leaf>();
    let inner = counters + size_of::<node::Inner>();
    assert_eq!((leaf, inner), (72, 136));
}

proptest! {
    /// After every block the tree is balanced, holds exactly the keys of the model, is made of exactly the
    /// stored nodes, and goes on alike whether its nodes are in memory or read from their records.
    #[test]
    fn the_tree_follows_the_model_and_leaves_no_node_behind(
        blocks in proptest::collection::vec(
            proptest::collection::btree_map(
                proptest::collection::vec(0u8..6, 0..3),
                proptest::option::weighted(0.6, proptest::collection::vec(any::<u8>(), 0..3)), 0..20,
            ), 1..12,
        ),
    ) {
        let (mut memory, mut tree, mut state) = (Memory::default(), Tree::default(), BTreeMap::new());
        for (version, changes) in (1..).zip(blocks) {
            let from_records = Memory::reopened(&tree).apply(&memory, version, &changes).unwrap();
            tree = memory.apply(&tree, version, &changes);
            prop_assert_eq!(from_records.tree.root(), tree.root());
            for (key, value) in changes {
                match value {
                    Some(value) => drop(state.insert(key, value)),
                    None => drop(state.remove(&key)),
                }
            }
            let mut entries = state.clone().into_iter().map(Ok::<Entry, StoreError>);
            let rehashed = Memory::reopened(&tree).rehash(&memory, &mut entries).unwrap();
            prop_assert_eq!(rehashed, tree.root());
            prop_assert_eq!(memory.0.len(), state.len().saturating_sub(1));
        }
    }
}

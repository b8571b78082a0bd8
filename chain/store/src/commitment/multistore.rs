//! The root over the roots of all stores: the app hash.
//!
//! Tendermint's simple Merkle tree over `name -> sha256(root)` sorted by name, as the Cosmos SDK's root
//! multistore commits to its stores (`tendermint_spec` of ICS-23). Leaves and inner nodes are hashed
//! under different prefixes and every leaf's parts carry their length, so no two lists of stores share a root.

use sha2::{Digest, Sha256};

use super::Root;

const LEAF: [u8; 1] = [0];
const INNER: [u8; 1] = [1];

/// The app hash of `stores`, which must come in the order of their names.
pub fn root<'a>(stores: impl IntoIterator<Item = (&'a str, &'a Root)>) -> Root {
    let leaves: Vec<Root> = stores.into_iter().map(|(name, root)| leaf(name, root)).collect();
    join(&leaves)
}

fn leaf(name: &str, root: &Root) -> Root {
    let mut hasher = Sha256::new_with_prefix(LEAF);
    hasher.update(varint(name.len()));
    hasher.update(name);
    hasher.update(varint(root.len()));
    hasher.update(Sha256::digest(root));
    hasher.finalize().into()
}

fn join(leaves: &[Root]) -> Root {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        several => {
            // The largest power of two that is smaller than the number of leaves.
            let middle = several.len().next_power_of_two() / 2;
            let (left, right) = several.split_at(middle);
            let mut hasher = Sha256::new_with_prefix(INNER);
            hasher.update(join(left));
            hasher.update(join(right));
            hasher.finalize().into()
        }
    }
}

fn varint(mut length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_store_hashes_to_the_hash_of_nothing() {
        assert_eq!(root([]), <Root>::from(Sha256::digest([])));
    }

    #[test]
    fn three_stores_split_two_and_one() {
        let (a, b, c) = ([1; 32], [2; 32], [3; 32]);
        let left = join(&[leaf("a", &a), leaf("b", &b)]);
        let expected =
            Sha256::new().chain_update(INNER).chain_update(left).chain_update(leaf("c", &c));
        assert_eq!(root([("a", &a), ("b", &b), ("c", &c)]), <Root>::from(expected.finalize()));
    }

    #[test]
    fn a_store_is_bound_to_its_name() {
        let (a, b) = ([1; 32], [2; 32]);
        assert_ne!(root([("a", &a), ("b", &b)]), root([("a", &b), ("b", &a)]));
    }
}

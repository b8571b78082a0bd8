//! The root over the roots of all stores: the app hash.
//!
//! Tendermint's simple Merkle tree over `name -> sha256(root)` sorted by name, as the Cosmos SDK's root
//! multistore commits to its stores (`tendermint_spec` of ICS-23). Every mounted store has a leaf, empty
//! ones too. Leaves and inner nodes are hashed under different prefixes and every leaf's parts carry
//! their length, so no two lists of stores share a root.

use ics23::{
    CommitmentProof, ExistenceProof, HashOp, InnerOp, LeafOp, LengthOp, commitment_proof::Proof,
};
use prost::encoding::encode_varint;
use sha2::{Digest, Sha256};

use super::Root;

const LEAF: [u8; 1] = [0];
const INNER: [u8; 1] = [1];

/// The app hash of `stores`, which must come in the order of their names.
pub fn root<'a>(stores: impl IntoIterator<Item = (&'a str, Root)>) -> Root {
    let leaves: Vec<Root> = stores.into_iter().map(|(name, root)| leaf(name, &root)).collect();
    join(&leaves)
}

/// Proves the root of store `name`, if it is among `stores`, which must come in the order of their names.
pub fn prove<'a>(
    stores: impl IntoIterator<Item = (&'a str, Root)>,
    name: &str,
) -> Option<CommitmentProof> {
    let stores: Vec<(&str, Root)> = stores.into_iter().collect();
    let index = stores.iter().position(|(other, _)| *other == name)?;
    let (_, root) = stores.get(index)?;
    let leaves: Vec<Root> = stores.iter().map(|(name, root)| leaf(name, root)).collect();
    let mut path = Vec::new();
    climb(&leaves, index, &mut path);
    let leaf = LeafOp {
        hash: HashOp::Sha256.into(),
        prehash_key: HashOp::NoHash.into(),
        prehash_value: HashOp::Sha256.into(),
        length: LengthOp::VarProto.into(),
        prefix: LEAF.to_vec(),
    };
    let (key, value) = (name.as_bytes().to_vec(), root.to_vec());
    let proof = Proof::Exist(ExistenceProof { key, value, leaf: Some(leaf), path });
    Some(CommitmentProof { proof: Some(proof) })
}

/// Appends the steps from the leaf at `index` to the root of `leaves`.
fn climb(leaves: &[Root], index: usize, path: &mut Vec<InnerOp>) {
    let Some((left, right)) = split(leaves) else { return };
    let hash = HashOp::Sha256.into();
    match index.checked_sub(left.len()) {
        None => {
            climb(left, index, path);
            path.push(InnerOp { hash, prefix: INNER.to_vec(), suffix: join(right).to_vec() });
        }
        Some(index) => {
            climb(right, index, path);
            let prefix = [&INNER[..], &join(left)].concat();
            path.push(InnerOp { hash, prefix, suffix: Vec::new() });
        }
    }
}

fn leaf(name: &str, root: &Root) -> Root {
    let mut bytes = LEAF.to_vec();
    encode_varint(name.len() as u64, &mut bytes);
    bytes.extend(name.as_bytes());
    encode_varint(root.len() as u64, &mut bytes);
    bytes.extend(Sha256::digest(root));
    Sha256::digest(bytes).into()
}

fn join(leaves: &[Root]) -> Root {
    match (split(leaves), leaves) {
        (Some((left, right)), _) => {
            let mut hasher = Sha256::new_with_prefix(INNER);
            hasher.update(join(left));
            hasher.update(join(right));
            hasher.finalize().into()
        }
        (None, [only]) => *only,
        (None, _) => Sha256::digest([]).into(),
    }
}

/// Two or more leaves, at the largest power of two that is smaller than their number.
fn split(leaves: &[Root]) -> Option<(&[Root], &[Root])> {
    let middle = leaves.len().next_power_of_two() / 2;
    (leaves.len() > 1).then(|| leaves.split_at(middle))
}

#[cfg(test)]
mod tests {
    use ics23::{HostFunctionsManager, tendermint_spec, verify_membership};

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
        assert_eq!(root([("a", a), ("b", b), ("c", c)]), <Root>::from(expected.finalize()));
    }

    #[test]
    fn a_store_is_bound_to_its_name() {
        let (a, b) = ([1; 32], [2; 32]);
        assert_ne!(root([("a", a), ("b", b)]), root([("a", b), ("b", a)]));
    }

    #[test]
    fn every_store_of_every_number_of_stores_is_proven() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        for count in 1..=names.len() {
            let stores: Vec<_> =
                (0u8..).zip(names).take(count).map(|(i, n)| (n, [i; 32])).collect();
            let app_hash = root(stores.iter().copied()).to_vec();
            for (name, store_root) in &stores {
                let proof = prove(stores.iter().copied(), name).unwrap();
                let verifies = |value: &[u8]| {
                    let (spec, key) = (tendermint_spec(), name.as_bytes());
                    verify_membership::<HostFunctionsManager>(&proof, &spec, &app_hash, key, value)
                };
                assert!(verifies(store_root), "{name} of {count}");
                assert!(!verifies(&[0xff; 32]), "{name} of {count}");
            }
            assert!(prove(stores, "z").is_none());
        }
    }
}

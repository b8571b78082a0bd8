//! ICS-23 proofs that a key is, or is not, in a tree (`iavl_spec`).
//!
//! An absent key is proven by its two neighbours, each with its own path. In an empty tree there is no
//! neighbour: the answer names the key alone, as the SDK's does, and no verifier accepts it.
//! ICS-23 refuses empty values too: a key with an empty value cannot be proven, nor be a neighbour.

use ics23::{
    CommitmentProof, ExistenceProof, HashOp, InnerOp, LeafOp, LengthOp, NonExistenceProof,
    commitment_proof::Proof,
};

use super::{
    Nodes, Tree,
    node::{self, Branch, HASH_LENGTH, Inner, Leaf, Subtree},
};
use crate::{Root, StoreError};

/// The values at the tree's height.
pub type Values<'a> = dyn Fn(&[u8]) -> Result<Option<Vec<u8>>, StoreError> + 'a;

impl Tree {
    /// Proves what is under `key`.
    pub fn prove(
        &self,
        nodes: &dyn Nodes,
        values: &Values<'_>,
        key: &[u8],
    ) -> Result<CommitmentProof, StoreError> {
        let absent = |left, right| NonExistenceProof { key: key.to_vec(), left, right };
        let Some(root) = &self.root else {
            return Ok(CommitmentProof { proof: Some(Proof::Nonexist(absent(None, None))) });
        };
        let found = Path::to(root, nodes, key)?;
        let proof = if &*found.leaf.key == key {
            Proof::Exist(found.prove(values)?)
        } else if &*found.leaf.key > key {
            // Only before the first key.
            Proof::Nonexist(absent(None, Some(found.prove(values)?)))
        } else {
            let next = found.next(nodes)?.map(|path| path.prove(values)).transpose()?;
            Proof::Nonexist(absent(Some(found.prove(values)?), next))
        };
        Ok(CommitmentProof { proof: Some(proof) })
    }
}

/// The way from the root to a leaf.
struct Path<'a> {
    steps: Vec<Step<'a>>,
    leaf: &'a Leaf,
}

#[derive(Clone, Copy)]
struct Step<'a> {
    node: &'a Inner,
    branch: &'a Branch,
    goes_left: bool,
}

impl<'a> Path<'a> {
    /// To the last key that is not after `key`, or to the first key.
    fn to(root: &'a Subtree, nodes: &dyn Nodes, key: &[u8]) -> Result<Self, StoreError> {
        Self::down(Vec::new(), root, nodes, |branch| key < &*branch.key)
    }

    /// To the leaf after this path's, if there is one.
    fn next(&self, nodes: &dyn Nodes) -> Result<Option<Self>, StoreError> {
        let Some(turn) = self.steps.iter().rposition(|step| step.goes_left) else {
            return Ok(None);
        };
        let mut steps: Vec<Step<'a>> = self.steps.iter().take(turn + 1).copied().collect();
        let Some(last) = steps.last_mut() else { return Ok(None) };
        last.goes_left = false;
        let right = &last.branch.right;
        Self::down(steps, right, nodes, |_| true).map(Some)
    }

    fn down(
        mut steps: Vec<Step<'a>>,
        mut at: &'a Subtree,
        nodes: &dyn Nodes,
        goes_left: impl Fn(&Branch) -> bool,
    ) -> Result<Self, StoreError> {
        loop {
            match at {
                Subtree::Leaf(leaf) => return Ok(Self { steps, leaf }),
                Subtree::Inner(node) => {
                    let branch = node.branch(nodes)?;
                    let goes_left = goes_left(branch);
                    steps.push(Step { node, branch, goes_left });
                    at = if goes_left { &branch.left } else { &branch.right };
                }
            }
        }
    }

    fn prove(&self, values: &Values<'_>) -> Result<ExistenceProof, StoreError> {
        let key = self.leaf.key.to_vec();
        let missing = StoreError::Corrupt { what: "value of a key in the commitment" };
        let value = values(&key)?.ok_or(missing)?;
        let path = self.steps.iter().rev().map(Step::operation).collect();
        let leaf = LeafOp {
            hash: HashOp::Sha256.into(),
            prehash_key: HashOp::NoHash.into(),
            prehash_value: HashOp::Sha256.into(),
            length: LengthOp::VarProto.into(),
            prefix: node::prefix(0, 1, self.leaf.version),
        };
        Ok(ExistenceProof { key, value, leaf: Some(leaf), path })
    }
}

impl Step<'_> {
    /// The node's hash as a function of the hash of the child on the way.
    fn operation(&self) -> InnerOp {
        let mut prefix = node::prefix(self.node.height, self.node.size, self.node.id.version);
        let counted = |hash: Root| [&[HASH_LENGTH][..], &hash].concat();
        let suffix = if self.goes_left {
            counted(self.branch.right.hash())
        } else {
            prefix.extend(counted(self.branch.left.hash()));
            Vec::new()
        };
        prefix.push(HASH_LENGTH);
        InnerOp { hash: HashOp::Sha256.into(), prefix, suffix }
    }
}

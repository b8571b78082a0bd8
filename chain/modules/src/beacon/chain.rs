//! Hash chains: pure.
//!
//! Link `n` hashes to link `n - 1`; the root hashes from link 0. So a later link shows every earlier one,
//! and an earlier one says nothing about a later one.

use sha2::{Digest as _, Sha256};

/// Links of one chain. Bounds the memory of a contributor (2 MiB a chain).
pub const MAX_LINKS: u64 = 65_536;

/// Most indices between two links of a chain: bounds the hashes that a vote can cost the others, who
/// verify it between two steps of consensus. A validator that was away for longer anchors a new chain.
pub const MAX_AHEAD: u64 = 4_096;

/// Domain of the step; with a link it fits into one block of SHA-256.
const STEP: &[u8] = b"stoa/beacon/link/1";

/// One link, or the root.
pub type Link = [u8; 32];

/// The link `count` places before `link`.
pub(super) fn back(link: &Link, count: u64) -> Link {
    (0..count)
        .fold(*link, |link, _| Sha256::new_with_prefix(STEP).chain_update(link).finalize().into())
}

/// A whole chain, as its owner holds it.
#[derive(Clone)]
pub struct HashChain {
    /// The root, then the links in the order in which they are revealed.
    links: Vec<Link>,
}

impl HashChain {
    /// The chain whose last link is `tip`.
    pub(super) fn from_tip(tip: Link) -> Self {
        let mut links = vec![tip];
        let mut link = tip;
        for _ in 0..MAX_LINKS {
            link = back(&link, 1);
            links.push(link);
        }
        links.reverse();
        Self { links }
    }

    /// What is committed to.
    pub fn root(&self) -> Link {
        self.links.first().copied().unwrap_or_default()
    }

    /// Link number `position`, counted from 1; 0 is the root.
    pub fn link(&self, position: u64) -> Option<Link> {
        self.links.get(usize::try_from(position).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_leads_back_to_the_root_and_the_chain_ends() {
        let chain = HashChain::from_tip([9; 32]);
        for position in [1, 2, 1_000, MAX_LINKS] {
            assert_eq!(back(&chain.link(position).unwrap(), position), chain.root());
        }
        assert_eq!(chain.link(MAX_LINKS), Some([9; 32]));
        assert_eq!(chain.link(MAX_LINKS + 1), None);
    }
}

//! The secret from which a validator's chains come.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::chain::{HashChain, Link};

/// Bytes of a seed.
pub const SEED_BYTES: usize = 32;
/// Domain of tips.
const TIP: &[u8] = b"stoa/beacon/chain/1";

/// Random bytes that only one validator knows. Never shown.
#[derive(Clone)]
pub struct Seed([u8; SEED_BYTES]);

impl Seed {
    /// A seed of these bytes, which must be random.
    pub const fn new(bytes: [u8; SEED_BYTES]) -> Self {
        Self(bytes)
    }

    /// Chain number `number` for the chain `chain_id`: the same seed on two networks gives two chains.
    pub(super) fn chain(&self, chain_id: &str, number: u64) -> HashChain {
        let tip: Link = Sha256::new_with_prefix(TIP)
            .chain_update(self.0)
            .chain_update(number.to_be_bytes())
            .chain_update(chain_id)
            .finalize()
            .into();
        HashChain::from_tip(tip)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_networks_and_numbers_give_different_chains() {
        let root =
            |seed: u8, chain_id, number| Seed::new([seed; 32]).chain(chain_id, number).root();
        let first = root(1, "stoa-a-1", 0);
        assert_eq!(first, root(1, "stoa-a-1", 0));
        for other in [root(2, "stoa-a-1", 0), root(1, "stoa-b-1", 0), root(1, "stoa-a-1", 1)] {
            assert_ne!(first, other);
        }
        assert_eq!(format!("{:?}", Seed::new([1; 32])), "Seed(…)");
    }
}

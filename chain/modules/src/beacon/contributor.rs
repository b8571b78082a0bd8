//! The validator's own side: what its votes carry.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Extension, HashChain, MAX_AHEAD, Seed, record::Chain, view};
use crate::{
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// Links before the end of a chain at which the next one is anchored: hours, so that a validator that
/// was away still finds the time.
const RENEW_LINKS: u64 = 4_096;
/// Chains kept in memory: the one that counts and the next.
const MAX_CACHED: u64 = 2;

/// Who contributes, and from which secret.
#[derive(Clone, Debug)]
pub struct BeaconKey {
    /// The validator. A wrong address makes every contribution useless and harms nothing else.
    pub validator: ConsensusAddress,
    /// Its secret.
    pub seed: Seed,
}

/// Makes the extensions of one validator. They follow from the seed and committed state, so a validator
/// that restarts, or runs twice behind one key, sends the same again.
pub struct Contributor {
    key: BeaconKey,
    /// By number; a chain takes about 20 ms to make.
    chains: Mutex<BTreeMap<u64, Arc<HashChain>>>,
}

impl fmt::Debug for Contributor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Contributor").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Contributor {
    /// For the validator of `key`.
    pub const fn new(key: BeaconKey) -> Self {
        Self { key, chains: Mutex::new(BTreeMap::new()) }
    }

    /// The extension of the vote at the height of `ctx`.
    ///
    /// A link is sent only if the chain in the state is this seed's. At first, after a lost seed or a long
    /// absence, and near the end of a chain a new one is anchored as soon as the state would take it.
    pub fn extension(&self, ctx: &Context) -> Result<Vec<u8>, ModuleError> {
        let index = ctx.block.height;
        let window = view::params(ctx)?.window_blocks;
        let record = view::record(ctx, &self.key.validator)?;
        let link = record.chain(index).and_then(|(number, chain)| {
            chain.ahead(index).ok()?;
            self.own(ctx, number, chain)?.link(chain.position(index))
        });
        let is_lasting = record.newest().is_some_and(|(number, chain)| {
            let is_ending = chain.end().saturating_sub(index) <= RENEW_LINKS;
            let is_lost = index.saturating_sub(chain.last_index) > MAX_AHEAD;
            !is_ending && !is_lost && self.own(ctx, number, chain).is_some()
        });
        // The vote is in the next block at the earliest.
        let is_due = !is_lasting && record.may_anchor(index.saturating_add(1), window);
        let anchor = is_due.then(|| self.chain(ctx, record.next_number()).root());
        Ok(Extension { link, anchor }.encode())
    }

    /// Chain number `number`, if `stored` is it.
    fn own(&self, ctx: &Context, number: u64, stored: &Chain) -> Option<Arc<HashChain>> {
        let chain = self.chain(ctx, number);
        let revealed = chain.link(stored.position(stored.last_index));
        (revealed == Some(stored.last_link)).then_some(chain)
    }

    fn chain(&self, ctx: &Context, number: u64) -> Arc<HashChain> {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(self.key.seed.chain(&ctx.block.chain_id, number));
        let chain = Arc::clone(chains.entry(number).or_insert_with(make));
        chains.retain(|other, _| other.abs_diff(number) < MAX_CACHED);
        chain
    }
}

#[cfg(test)]
mod tests;

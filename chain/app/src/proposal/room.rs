//! What a block may hold, and the one judgement of it by proposer and validators.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, btree_map::Entry},
};

use stoa_modules::{
    Context, Gas,
    auth::{self, AccAddress},
    privilege,
};

use super::candidate::Candidate;
use crate::{error::AppError, limits::BlockLimits};

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is in the block.
    Taken,
    /// A signer has used the sequence before: it cannot succeed any more, and the next ones may.
    Stale,
    /// There is no room for it, or a signer's transaction before it is missing: the next ones cannot
    /// succeed in this block either.
    Left,
}

/// What is left of a block.
pub(super) struct Room {
    ctx: Context,
    bytes: u64,
    gas: u64,
    /// Of the signers in the block, the next sequence.
    next: BTreeMap<AccAddress, u64>,
    /// Of the contracts that are called without a fee, the gas of such calls in the block.
    free_gas: BTreeMap<AccAddress, Gas>,
}

impl Room {
    /// An empty block on the state of `ctx`.
    pub(super) const fn new(ctx: Context, bytes: u64, limits: &BlockLimits) -> Self {
        Self { ctx, bytes, gas: limits.max_gas, next: BTreeMap::new(), free_gas: BTreeMap::new() }
    }

    /// Takes a transaction whose signers all sign for their next sequence, if there is room.
    pub(super) fn admit(&mut self, tx: &[u8], candidate: &Candidate) -> Result<Fate, AppError> {
        match self.sequences(candidate)? {
            Ordering::Less => return Ok(Fate::Stale),
            Ordering::Greater => return Ok(Fate::Left),
            Ordering::Equal => {}
        }
        let Some(free_gas) = self.free_gas(candidate)? else { return Ok(Fate::Left) };
        if !self.take(tx, candidate.gas) {
            return Ok(Fate::Left);
        }
        self.free_gas.extend(free_gas);
        for (signer, sequence) in &candidate.signers {
            self.next.insert(signer.clone(), sequence.saturating_add(1));
        }
        Ok(Fate::Taken)
    }

    /// Takes bytes and gas, if there are so many.
    pub(super) fn take(&mut self, element: &[u8], gas: u64) -> bool {
        let bytes = self.bytes.checked_sub(bytes_in_block(element));
        let gas = self.gas.checked_sub(gas);
        let (Some(bytes), Some(gas)) = (bytes, gas) else { return false };
        (self.bytes, self.gas) = (bytes, gas);
        true
    }

    /// What the contracts that `candidate` calls without a fee will have used with it; none if that is more
    /// than one of them may use in a block.
    fn free_gas(
        &self,
        candidate: &Candidate,
    ) -> Result<Option<BTreeMap<AccAddress, Gas>>, AppError> {
        let budgets = privilege::budgets(&self.ctx, &candidate.unpaid_calls);
        let mut after = BTreeMap::new();
        for (contract, limit) in budgets.map_err(AppError::Proposal)?.unwrap_or_default() {
            let used = self.free_gas.get(&contract).copied().unwrap_or(0);
            let used = used.saturating_add(candidate.gas);
            if used > limit {
                return Ok(None);
            }
            after.insert(contract, used);
        }
        Ok(Some(after))
    }

    /// How the sequences that are signed for stand to those that are next: one that lies back counts most.
    fn sequences(&mut self, candidate: &Candidate) -> Result<Ordering, AppError> {
        let mut found = Ordering::Equal;
        for (signer, signed) in &candidate.signers {
            let next = match self.next.entry(signer.clone()) {
                Entry::Occupied(next) => *next.get(),
                Entry::Vacant(place) => *place.insert(committed(&self.ctx, signer)?),
            };
            match signed.cmp(&next) {
                Ordering::Less => return Ok(Ordering::Less),
                Ordering::Greater => found = Ordering::Greater,
                Ordering::Equal => {}
            }
        }
        Ok(found)
    }
}

/// The sequence in the state; an account that a transaction of this block makes begins with zero.
fn committed(ctx: &Context, signer: &AccAddress) -> Result<u64, AppError> {
    let account = auth::account(ctx, signer).map_err(AppError::Proposal)?;
    Ok(account.map_or(0, |account| account.sequence))
}

/// Bytes of an element inside a block: tag and length come before it.
fn bytes_in_block(element: &[u8]) -> u64 {
    let length = element.len() as u64;
    1 + prost::encoding::encoded_len_varint(length) as u64 + length
}

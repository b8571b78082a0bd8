//! A transaction as far as a proposal looks at it.

use stoa_modules::{
    auth::AccAddress,
    privilege::{self, NamedCall},
    router::Modules,
};

use crate::{
    ante::{self, MinGasPrices},
    contain::caught,
    deliver,
};

/// What a block is chosen by.
pub(super) struct Candidate {
    /// Gas that it takes of the block's limit.
    pub(super) gas: u64,
    /// What it offers for a unit of gas.
    pub(super) offer: u128,
    /// Who signs, each with the sequence that it signs for.
    pub(super) signers: Vec<(AccAddress, u64)>,
    /// The calls of a transaction that offers nothing: they are within budgets if they need no fee.
    pub(super) unpaid_calls: Vec<NamedCall>,
}

impl Candidate {
    /// None for what no proposal may hold: bytes that are no transaction, and transactions whose signers
    /// cannot be read, which every node refuses without asking the state.
    pub(super) fn read(modules: &Modules, prices: &MinGasPrices, bytes: &[u8]) -> Option<Self> {
        let tx = deliver::decode(bytes).ok()?;
        let addresses = caught(|| ante::signers(modules, &tx)).ok()?;
        if addresses.len() != tx.signer_infos().len() {
            return None;
        }
        let sequences = tx.signer_infos().iter().map(|info| info.sequence);
        let fee = ante::offered(&tx);
        let calls = if fee.is_empty() { privilege::named_calls(tx.messages()) } else { None };
        Some(Self {
            gas: tx.gas_limit(),
            offer: prices.offered(tx.gas_limit(), &fee),
            signers: addresses.into_iter().zip(sequences).collect(),
            unpaid_calls: calls.unwrap_or_default(),
        })
    }
}

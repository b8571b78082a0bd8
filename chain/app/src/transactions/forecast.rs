//! What transactions will find where every one of them writes.

use std::collections::BTreeMap;

use stoa_modules::{Context, ModuleError, auth::FEE_COLLECTOR, bank, wasm};
use stoa_store::Expected;

use crate::deliver::ReadTx;

/// Fees and counts of a block, if every transaction that can be read passes its checks. A wrong forecast
/// costs time and nothing else.
pub(super) struct Forecast {
    /// The denomination that most transactions pay in.
    denom: String,
    /// Before each transaction, and at the end.
    before: Vec<Sum>,
}

/// What the first transactions of a block amount to.
#[derive(Clone, Copy, Default)]
struct Sum {
    fees: u128,
    count: u32,
}

/// What the transactions before a turn have in fact left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    turn: usize,
    /// Of the fee collector.
    balance: u128,
    count: u32,
}

impl Forecast {
    /// From what the transactions offer.
    pub(super) fn new(txs: &[ReadTx]) -> Self {
        let denom = usual_denom(txs);
        let mut sum = Sum::default();
        let mut before = vec![sum];
        for tx in txs {
            if let Ok(tx) = tx {
                sum.count = sum.count.saturating_add(1);
                let coins = tx.fee().amount.iter().filter(|coin| coin.denom == denom);
                let amounts = coins.filter_map(|coin| coin.amount.parse::<u128>().ok());
                sum.fees = amounts.fold(sum.fees, u128::saturating_add);
            }
            before.push(sum);
        }
        Self { denom, before }
    }

    /// Where the block stands in `turn`, as `ctx` sees it.
    pub(super) fn standing(&self, ctx: &Context, turn: usize) -> Result<Standing, ModuleError> {
        let count = wasm::transaction_count(ctx)?;
        if self.denom.is_empty() {
            return Ok(Standing { turn, balance: 0, count });
        }
        let balance = bank::balance(ctx, &FEE_COLLECTOR.address(), &self.denom)?.amount();
        Ok(Standing { turn, balance, count })
    }

    /// What the transaction at `place` of block `height` will find, if all goes well from `standing` on.
    pub(super) fn expected(&self, height: u64, standing: Standing, place: usize) -> Vec<Expected> {
        let at = |place: usize| self.before.get(place).copied().unwrap_or_default();
        let (from, to) = (at(standing.turn), at(place));
        let count = standing.count.saturating_add(to.count.saturating_sub(from.count));
        let mut expected = Vec::with_capacity(2);
        // The first of a block finds the count of a block before.
        if count > 0 {
            expected.push(wasm::expected_transaction_count(height, count));
        }
        if !self.denom.is_empty() {
            let fees = to.fees.saturating_sub(from.fees);
            let balance = standing.balance.saturating_add(fees);
            let collector = FEE_COLLECTOR.address();
            expected.push(bank::expected_balance(&collector, &self.denom, balance));
        }
        expected
    }
}

/// The denomination that most transactions pay in; empty if none pays.
fn usual_denom(txs: &[ReadTx]) -> String {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for tx in txs.iter().flatten() {
        for coin in &tx.fee().amount {
            *uses.entry(&coin.denom).or_default() += 1;
        }
    }
    uses.into_iter()
        .max_by_key(|(_, uses)| *uses)
        .map_or_else(String::new, |(denom, _)| denom.to_owned())
}

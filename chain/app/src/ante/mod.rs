//! Checks before the messages of a transaction run, and what stays whatever the messages do.
//!
//! Purpose: only the owner spends, once, and pays for it.
//! Place: between reading a transaction and routing its messages; the same in admission, simulation and
//! blocks, except where [`ExecMode`](stoa_modules::ExecMode) says otherwise.
//! Invariants: after success the fee is taken and every signer's sequence is one higher, so the same bytes
//! never succeed twice; in blocks nothing depends on this node's own prices.
//! Order, gas, events, codes and texts are those of the Cosmos SDK's `x/auth/ante`: each function is one of
//! its decorators and reads what that one reads.

mod basic;
mod error;
mod fee;
mod gas_price;
mod keys;
mod sequences;
mod signature_gas;
mod signers;
mod size;
mod verified;
mod verify;

use stoa_modules::{
    Context, ExecMode, ModuleError,
    auth::AccAddress,
    router::{Modules, pay_for_routing},
    wasm,
};

pub use error::AnteError;
pub(crate) use fee::offered;
pub use gas_price::{GasPrice, GasPriceError, MinGasPrices};
pub use verified::{MAX_GENERATION, Verified};

use crate::tx::Tx;

/// What an operator chooses about admission. Never looked at in blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnteParams {
    /// Least that a transaction must offer for each unit of gas; empty admits free transactions.
    pub min_gas_prices: MinGasPrices,
}

/// Runs all checks, takes the fee and advances the sequences. `ctx.gas` has the limit of the transaction,
/// or that of simulations. On a refusal the caller drops what was written.
pub fn run(
    modules: &Modules,
    params: &AnteParams,
    verified: &Verified,
    ctx: &mut Context,
    tx: &Tx,
) -> Result<(), ModuleError> {
    if ctx.mode != ExecMode::Simulate {
        ctx.tx_index = Some(wasm::count_transaction(ctx)?);
    }
    for _ in tx.messages() {
        pay_for_routing(ctx)?;
    }
    let required = signers::required(modules, tx)?;
    basic::check(ctx, tx, &required)?;
    let signatures = signers::signatures(tx, &required)?;
    size::charge(ctx, tx, &signatures)?;
    fee::deduct(ctx, tx, &required, params)?;
    keys::set(ctx, &signatures)?;
    keys::check_count(ctx, &signatures)?;
    signature_gas::charge(ctx, &signatures)?;
    verify::check(ctx, tx, verified, &required, &signatures)?;
    sequences::advance(ctx, &required)
}

/// Everybody who must sign `tx`, in order: the messages' signers, then a fee payer of its own.
pub(crate) fn signers(modules: &Modules, tx: &Tx) -> Result<Vec<AccAddress>, ModuleError> {
    Ok(signers::required(modules, tx)?.addresses)
}

/// Verifies what [`run`] will verify if the accounts of `ctx` do not change until then, so that `verified`
/// knows the answer. That something is wrong is of no interest yet.
pub fn verify_ahead(modules: &Modules, verified: &Verified, ctx: &Context, tx: &Tx) {
    let Ok(required) = signers::required(modules, tx) else { return };
    let Ok(signatures) = signers::signatures(tx, &required) else { return };
    for signed in &signatures {
        let _ = verify::check_ahead(ctx, tx, verified, signed);
    }
}

/// Verifies ahead what may be admitted on top of the last commit, which `ctx` shows: nobody's sequence is
/// behind, or so far ahead that `most_pending` others would have to come first.
pub(crate) fn verify_pending(
    modules: &Modules,
    verified: &Verified,
    ctx: &Context,
    tx: &Tx,
    most_pending: u64,
) {
    let Ok(required) = signers::required(modules, tx) else { return };
    let Ok(signatures) = signers::signatures(tx, &required) else { return };
    for signed in &signatures {
        if !verify::may_follow(ctx, signed, most_pending)
            || verify::check_ahead(ctx, tx, verified, signed).is_err()
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests;

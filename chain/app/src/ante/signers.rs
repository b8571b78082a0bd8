//! Who must sign.

use stoa_modules::{ModuleError, auth::AccAddress, router::Modules};

use super::AnteError;
use crate::tx::Tx;

/// The signers of all messages in order, each once, and the fee payer behind them if it is not among them.
/// The first pays unless another payer is named.
pub(super) struct Signers {
    pub(super) addresses: Vec<AccAddress>,
    pub(super) payer: AccAddress,
}

pub(super) fn required(modules: &Modules, tx: &Tx) -> Result<Signers, ModuleError> {
    let mut addresses: Vec<AccAddress> = Vec::new();
    for message in tx.messages() {
        for signer in modules.signers(message)? {
            push_new(&mut addresses, signer);
        }
    }
    let payer = match tx.fee().payer.as_str() {
        "" => addresses.first().cloned().ok_or(AnteError::NoSignatures)?,
        named => named.parse().map_err(AnteError::PayerAddress)?,
    };
    push_new(&mut addresses, payer.clone());
    Ok(Signers { addresses, payer })
}

fn push_new(addresses: &mut Vec<AccAddress>, address: AccAddress) {
    if !addresses.contains(&address) {
        addresses.push(address);
    }
}

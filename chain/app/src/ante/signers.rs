//! Who must sign.

use stoa_modules::{ModuleError, auth::AccAddress, core::codespace, router::Modules};

use super::AnteError;
use crate::{
    error::{INTERNAL_CODE, sdk_code::INVALID_ADDRESS},
    tx::Tx,
};

/// The signers of all messages in order, each once, and the fee payer behind them if it is not among them.
/// The first pays unless another payer is named.
pub(super) struct Signers {
    pub(super) addresses: Vec<AccAddress>,
    pub(super) payer: AccAddress,
}

pub(super) fn required(modules: &Modules, tx: &Tx) -> Result<Signers, ModuleError> {
    let mut addresses: Vec<AccAddress> = Vec::new();
    for message in tx.messages() {
        for signer in modules.signers(message).map_err(no_signer)? {
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

/// A signer that is no address has no code of its own in the SDK.
fn no_signer(error: ModuleError) -> ModuleError {
    match error {
        ModuleError::Refused { codespace: codespace::SDK, code: INVALID_ADDRESS, message } => {
            ModuleError::Refused { codespace: codespace::UNDEFINED, code: INTERNAL_CODE, message }
        }
        other => other,
    }
}

fn push_new(addresses: &mut Vec<AccAddress>, address: AccAddress) {
    if !addresses.contains(&address) {
        addresses.push(address);
    }
}

//! Who must sign, and what each signed with.

use std::collections::BTreeSet;

use cosmos_sdk_proto::Any;
use stoa_modules::{ModuleError, auth::AccAddress, core::codespace, router::Modules};

use super::AnteError;
use crate::{
    error::{INTERNAL_CODE, sdk_code::INVALID_ADDRESS},
    tx::{SignatureData, Tx},
};

/// The signers of all messages in order, each once, and the fee payer behind them if it is not among them.
/// The first pays unless another payer is named.
pub(super) struct Signers {
    pub(super) addresses: Vec<AccAddress>,
    pub(super) payer: AccAddress,
}

pub(super) fn required(modules: &Modules, tx: &Tx) -> Result<Signers, ModuleError> {
    let (mut addresses, mut seen) = (Vec::new(), BTreeSet::new());
    let mut push_new = |address: AccAddress| {
        if seen.insert(address.clone()) {
            addresses.push(address);
        }
    };
    for message in tx.messages() {
        modules.signers(message).map_err(no_signer)?.into_iter().for_each(&mut push_new);
    }
    let named = match tx.fee().payer.as_str() {
        "" => None,
        text => Some(text.parse::<AccAddress>().map_err(AnteError::PayerAddress)?),
    };
    named.clone().into_iter().for_each(push_new);
    let payer = named.or_else(|| addresses.first().cloned()).ok_or(AnteError::NoSignatures)?;
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

/// A required signer and what the transaction has of it.
pub(super) struct Signed<'a> {
    pub(super) signer: &'a AccAddress,
    pub(super) key: Option<&'a Any>,
    pub(super) sequence: u64,
    pub(super) data: SignatureData,
}

/// One entry a signer, in order; the caller has checked that there are as many signatures as signers.
pub(super) fn signatures<'a>(
    tx: &'a Tx,
    required: &'a Signers,
) -> Result<Vec<Signed<'a>>, AnteError> {
    let parts = required.addresses.iter().zip(tx.signer_infos()).zip(tx.signatures());
    let signed = parts.map(|((signer, info), signature)| {
        Ok(Signed {
            signer,
            key: info.public_key.as_ref(),
            sequence: info.sequence,
            data: SignatureData::read(info.mode_info.as_ref(), signature)?,
        })
    });
    signed.collect()
}

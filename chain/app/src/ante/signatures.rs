//! Keys, signatures, sequences.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::cosmos::tx::{
    signing::v1beta1::SignMode,
    v1beta1::{SignerInfo, mode_info::Sum},
};
use stoa_modules::{
    Context, Event, ExecMode, Gas, ModuleError,
    auth::{self, Account, PublicKey},
};

use super::{AnteError, signers::Signers};
use crate::tx::Tx;

/// What a signature adds to a transaction in the SDK's estimate when a simulation leaves it out: an
/// amino `StdSignature` with a secp256k1 key (106 bytes) and 6 bytes for its place in the transaction.
const SIMULATED_SIGNATURE_BYTES: Gas = 112;
/// The generator of secp256k1: stands in for a key that a simulation does not know.
const STAND_IN_KEY: [u8; 33] = [
    0x02, 0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b,
    0x07, 0x02, 0x9b, 0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17,
    0x98,
];

/// Charges for every byte; in simulations also for signatures that are not there yet.
pub(super) fn charge_size(ctx: &Context, tx: &Tx) -> Result<(), ModuleError> {
    let limits = auth::params(ctx)?;
    let bytes = Gas::try_from(tx.size_bytes()).unwrap_or(Gas::MAX);
    ctx.gas.charge(bytes.saturating_mul(limits.gas_per_tx_byte), "txSize")?;
    if ctx.mode == ExecMode::Simulate {
        for _ in tx.signatures().iter().filter(|signature| signature.is_empty()) {
            let amount = SIMULATED_SIGNATURE_BYTES.saturating_mul(limits.gas_per_tx_byte);
            ctx.gas.charge(amount, "txSize")?;
        }
    }
    Ok(())
}

/// Keeps the key of each signer that has none yet; refuses keys of others. Emits what indexers use to
/// find a transaction by account and sequence.
pub(super) fn set_keys(ctx: &mut Context, tx: &Tx, signers: &Signers) -> Result<(), ModuleError> {
    let is_simulation = ctx.mode == ExecMode::Simulate;
    for (index, (signer, info)) in signers.addresses.iter().zip(tx.signer_infos()).enumerate() {
        let given = match &info.public_key {
            Some(any) => Some(PublicKey::from_any(any)?),
            None if is_simulation => Some(PublicKey::from_compressed(&STAND_IN_KEY)?),
            None => None,
        };
        let Some(key) = given else { continue };
        if !is_simulation && key.address() != *signer {
            return Err(AnteError::ForeignKey { signer: signer.clone(), index }.into());
        }
        let mut account = auth::account_or_refuse(ctx, signer)?;
        if account.key.is_none() {
            account.key = Some(key);
            auth::save_account(ctx, &account)?;
        }
    }
    let signed = signers.addresses.iter().zip(tx.signer_infos()).zip(tx.signatures());
    for ((signer, info), signature) in signed {
        let position = format!("{signer}/{}", info.sequence);
        ctx.emit(Event::new("tx").with("acc_seq", position));
        ctx.emit(Event::new("tx").with("signature", BASE64_STANDARD.encode(signature)));
    }
    Ok(())
}

/// Refuses more signatures than one transaction may have.
pub(super) fn check_count(ctx: &Context, tx: &Tx) -> Result<(), ModuleError> {
    let (actual, limit) = (tx.signatures().len(), auth::params(ctx)?.signature_limit);
    if u64::try_from(actual).unwrap_or(u64::MAX) > limit {
        return Err(AnteError::TooManySignatures { actual, limit }.into());
    }
    Ok(())
}

/// Charges for the verification of each signature.
pub(super) fn charge(ctx: &Context, tx: &Tx, signers: &Signers) -> Result<(), ModuleError> {
    let limits = auth::params(ctx)?;
    for (signer, _) in signers.addresses.iter().zip(tx.signer_infos()) {
        // The kind of key decides the price, and it is the account's.
        if auth::account_or_refuse(ctx, signer)?.key.is_none() && ctx.mode != ExecMode::Simulate {
            return Err(AnteError::NoKey.into());
        }
        ctx.gas.charge(limits.gas_per_secp256k1, "ante verify: secp256k1")?;
    }
    Ok(())
}

/// Checks sequences always, signatures except in simulations and rechecks.
pub(super) fn verify(ctx: &Context, tx: &Tx, signers: &Signers) -> Result<(), ModuleError> {
    let (expected, actual) = (signers.addresses.len(), tx.signer_infos().len());
    if expected != actual {
        return Err(AnteError::SignerInfoCount { expected, actual }.into());
    }
    let signed = signers.addresses.iter().zip(tx.signer_infos()).zip(tx.signatures());
    for ((signer, info), signature) in signed {
        let account = auth::account_or_refuse(ctx, signer)?;
        if info.sequence != account.sequence {
            let (expected, actual) = (account.sequence, info.sequence);
            return Err(AnteError::WrongSequence { expected, actual }.into());
        }
        if !matches!(ctx.mode, ExecMode::Simulate | ExecMode::Recheck) {
            verify_one(ctx, tx, &account, info, signature)?;
        }
    }
    Ok(())
}

fn verify_one(
    ctx: &Context,
    tx: &Tx,
    account: &Account,
    info: &SignerInfo,
    signature: &[u8],
) -> Result<(), AnteError> {
    let key = account.key.as_ref().ok_or(AnteError::NoKey)?;
    let bad = |reason| AnteError::BadSignature {
        account_number: account.number,
        chain_id: ctx.block.chain_id.clone(),
        reason,
    };
    let mode = match info.mode_info.as_ref().and_then(|mode| mode.sum.as_ref()) {
        Some(Sum::Single(single)) => single.mode,
        _ => return Err(bad("only single signatures are supported")),
    };
    if mode != i32::from(SignMode::Direct) {
        return Err(bad("only SIGN_MODE_DIRECT is supported"));
    }
    if key.verifies(&tx.sign_bytes(&ctx.block.chain_id, account.number), signature) {
        Ok(())
    } else {
        Err(bad("unable to verify single signer signature"))
    }
}

/// The step that makes a second execution of the same bytes impossible.
pub(super) fn advance_sequences(ctx: &Context, signers: &Signers) -> Result<(), ModuleError> {
    for signer in &signers.addresses {
        let mut account = auth::account_or_refuse(ctx, signer)?;
        let next = account.sequence.checked_add(1);
        account.sequence =
            next.ok_or_else(|| AnteError::SequenceOverflow { address: signer.clone() })?;
        auth::save_account(ctx, &account)?;
    }
    Ok(())
}

//! Gas for the verification of signatures.

use stoa_modules::{
    Context, ExecMode, ModuleError,
    auth::{self, MultisigKey, Params, PublicKey},
};

use super::{AnteError, keys::STAND_IN_KEY, signers::Signed};
use crate::tx::SignatureData;

/// Charges for each signature by the key of the account.
pub(super) fn charge(ctx: &Context, signatures: &[Signed<'_>]) -> Result<(), ModuleError> {
    let limits = auth::params(ctx)?;
    for signed in signatures {
        let account = auth::account_or_refuse(ctx, signed.signer)?;
        let key = match account.key {
            Some(key) => key,
            None if ctx.mode == ExecMode::Simulate => PublicKey::from_compressed(&STAND_IN_KEY)?,
            None => return Err(AnteError::NoKey.into()),
        };
        charge_one(ctx, &limits, &key, &signed.data)?;
    }
    Ok(())
}

fn charge_one(
    ctx: &Context,
    limits: &Params,
    key: &PublicKey,
    data: &SignatureData,
) -> Result<(), ModuleError> {
    match (key, data) {
        (PublicKey::Secp256k1(_), _) => {
            ctx.gas.charge(limits.gas_per_secp256k1, "ante verify: secp256k1")?;
        }
        (PublicKey::Ed25519(_), _) => {
            ctx.gas.charge(limits.gas_per_ed25519, "ante verify: ed25519")?;
        }
        (PublicKey::Multisig(key), SignatureData::Multi { signed, signatures }) => {
            // More bits than keys, or than signatures, are refused by the verification.
            let who = key.members().iter().zip(signed).filter(|(_, signed)| **signed);
            for ((member, _), data) in who.zip(signatures) {
                charge_one(ctx, limits, member, data)?;
            }
        }
        // Clients that estimate do not know yet who will sign.
        (PublicKey::Multisig(key), SignatureData::Single { .. })
            if ctx.mode == ExecMode::Simulate =>
        {
            for member in quorum(key) {
                charge_one(ctx, limits, member, data)?;
            }
        }
        (PublicKey::Multisig(_), SignatureData::Single { .. }) => {
            return Err(AnteError::SingleSignature.into());
        }
    }
    Ok(())
}

/// As many members as must sign.
fn quorum(key: &MultisigKey) -> impl Iterator<Item = &PublicKey> {
    key.members().iter().take(usize::try_from(key.threshold()).unwrap_or(usize::MAX))
}

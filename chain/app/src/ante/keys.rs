//! Keys of accounts.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use stoa_modules::{
    Context, Event, ExecMode, ModuleError,
    auth::{self, PublicKey},
};

use super::{AnteError, signers::Signed};

/// The generator of secp256k1: stands in for a key that a simulation does not know.
pub(super) const STAND_IN_KEY: [u8; 33] = [
    0x02, 0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b,
    0x07, 0x02, 0x9b, 0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17,
    0x98,
];

/// Keeps the key of each signer that has none yet; refuses keys of others. Emits what indexers use to
/// find a transaction by account and sequence.
pub(super) fn set(ctx: &mut Context, signatures: &[Signed<'_>]) -> Result<(), ModuleError> {
    let is_simulation = ctx.mode == ExecMode::Simulate;
    for (index, signed) in signatures.iter().enumerate() {
        let key = match signed.key {
            Some(any) => PublicKey::from_any(any)?,
            None if is_simulation => PublicKey::from_compressed(&STAND_IN_KEY)?,
            None => continue,
        };
        let signer = signed.signer;
        if !is_simulation && key.address() != *signer {
            return Err(AnteError::ForeignKey { signer: signer.clone(), index }.into());
        }
        let mut account = auth::account_or_refuse(ctx, signer)?;
        if account.key.is_none() {
            account.key = Some(key);
            auth::save_account(ctx, &account)?;
        }
    }
    for signed in signatures {
        let position = format!("{}/{}", signed.signer, signed.sequence);
        ctx.emit(Event::new("tx").with("acc_seq", position));
        for part in signed.data.parts() {
            ctx.emit(Event::new("tx").with("signature", BASE64_STANDARD.encode(part)));
        }
    }
    Ok(())
}

/// Refuses more keys than the parameters allow, those inside others counted one by one. Keys that the
/// transaction leaves out are not counted, as in the SDK.
pub(super) fn check_count(ctx: &Context, signatures: &[Signed<'_>]) -> Result<(), ModuleError> {
    let limit = auth::params(ctx)?.signature_limit;
    let mut actual = 0usize;
    for any in signatures.iter().filter_map(|signed| signed.key) {
        actual = actual.saturating_add(PublicKey::from_any(any)?.signature_count());
        if u64::try_from(actual).unwrap_or(u64::MAX) > limit {
            return Err(AnteError::TooManySignatures { actual, limit }.into());
        }
    }
    Ok(())
}

//! What can be refused before any account is read.

use stoa_modules::{Context, ModuleError, auth::Params};

use super::{AnteError, signers::Signers};
use crate::tx::Tx;

/// Most gas that the SDK's signed counters hold.
const MAX_GAS_WANTED: u64 = (1 << 63) - 1;

pub(super) fn check(
    ctx: &Context,
    tx: &Tx,
    signers: &Signers,
    limits: &Params,
) -> Result<(), ModuleError> {
    if !tx.extension_options().is_empty() {
        return Err(AnteError::ExtensionOptions.into());
    }
    check_shape(tx, signers)?;
    check_signature_count(tx, limits)?;
    let (height, timeout) = (ctx.block.height, tx.timeout_height());
    if timeout > 0 && height > timeout {
        return Err(AnteError::TimedOut { height, timeout }.into());
    }
    let memo_bytes = u64::try_from(tx.memo().len()).unwrap_or(u64::MAX);
    if memo_bytes > limits.max_memo_bytes {
        let (limit, actual) = (limits.max_memo_bytes, tx.memo().len());
        return Err(AnteError::MemoTooLarge { limit, actual }.into());
    }
    Ok(())
}

fn check_shape(tx: &Tx, signers: &Signers) -> Result<(), AnteError> {
    let wanted = tx.gas_limit();
    if wanted > MAX_GAS_WANTED {
        return Err(AnteError::GasTooHigh { wanted, limit: MAX_GAS_WANTED });
    }
    if !tx.fee().granter.is_empty() {
        return Err(AnteError::FeeGranter);
    }
    if tx.signatures().is_empty() {
        return Err(AnteError::NoSignatures);
    }
    let expected = signers.addresses.len();
    for actual in [tx.signatures().len(), tx.signer_infos().len()] {
        if actual != expected {
            return Err(AnteError::SignerCount { expected, actual });
        }
    }
    Ok(())
}

fn check_signature_count(tx: &Tx, limits: &Params) -> Result<(), AnteError> {
    let actual = tx.signatures().len();
    if u64::try_from(actual).unwrap_or(u64::MAX) > limits.signature_limit {
        return Err(AnteError::TooManySignatures { actual, limit: limits.signature_limit });
    }
    Ok(())
}

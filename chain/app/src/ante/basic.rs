//! What can be refused before any account is read.

use stoa_modules::{Context, ModuleError, Time, auth};

use super::{AnteError, fee, signers::Signers};
use crate::tx::Tx;

/// Most gas that the SDK's signed counters hold.
const MAX_GAS_WANTED: u64 = (1 << 63) - 1;

pub(super) fn check(ctx: &Context, tx: &Tx, signers: &Signers) -> Result<(), ModuleError> {
    check_shape(tx, signers)?;
    let (height, timeout) = (ctx.block.height, tx.timeout_height());
    if timeout > 0 && height > timeout {
        return Err(AnteError::TimedOut { height, timeout }.into());
    }
    check_time(ctx, tx)?;
    check_memo(ctx, tx)
}

/// A last time in the first second of 1970 is none, as in the SDK.
fn check_time(ctx: &Context, tx: &Tx) -> Result<(), AnteError> {
    let time = ctx.block.time();
    match tx.timeout_time() {
        Some(timeout) if timeout.unix_timestamp() != 0 && timeout < time => {
            Err(AnteError::TimeOver { time: shown(time), timeout: shown(timeout) })
        }
        _ => Ok(()),
    }
}

/// A time as Go prints it: `2026-01-01 00:00:00.5 +0000 UTC`.
fn shown(time: Time) -> String {
    let text = time.to_rfc3339();
    format!("{} +0000 UTC", text.trim_end_matches('Z').replacen('T', " ", 1))
}

fn check_shape(tx: &Tx, signers: &Signers) -> Result<(), AnteError> {
    let wanted = tx.gas_limit();
    if wanted > MAX_GAS_WANTED {
        return Err(AnteError::GasTooHigh { wanted, limit: MAX_GAS_WANTED });
    }
    let amounts = || tx.fee().amount.iter().map(|coin| coin.amount.as_str());
    if amounts().any(str::is_empty) {
        return Err(AnteError::FeeProvided { fee: "null".to_owned() });
    }
    if amounts().any(|amount| amount.starts_with('-')) {
        return Err(AnteError::FeeProvided { fee: fee::shown(tx) });
    }
    if tx.signatures().is_empty() {
        return Err(AnteError::NoSignatures);
    }
    let (expected, actual) = (signers.addresses.len(), tx.signatures().len());
    if actual != expected {
        return Err(AnteError::SignerCount { expected, actual });
    }
    Ok(())
}

fn check_memo(ctx: &Context, tx: &Tx) -> Result<(), ModuleError> {
    if tx.memo().is_empty() {
        return Ok(());
    }
    let limit = auth::params(ctx)?.max_memo_bytes;
    if u64::try_from(tx.memo().len()).unwrap_or(u64::MAX) > limit {
        return Err(AnteError::MemoTooLarge { limit, actual: tx.memo().len() }.into());
    }
    Ok(())
}

//! Taking the fee.

use stoa_modules::{
    Context, Event, ExecMode, ModuleError,
    auth::{self, FEE_COLLECTOR},
    bank::{self, Coins},
};

use super::{AnteError, AnteParams, signers::Signers};
use crate::tx::Tx;

/// Checks the fee against this node's prices (admission only), and moves it to the fee collector.
pub(super) fn deduct(
    ctx: &mut Context,
    tx: &Tx,
    signers: &Signers,
    params: &AnteParams,
) -> Result<(), ModuleError> {
    let shown = || {
        let text = |coin: &cosmos_sdk_proto::cosmos::base::v1beta1::Coin| {
            format!("{}{}", coin.amount, coin.denom)
        };
        let texts: Vec<String> = tx.fee().amount.iter().take(16).map(text).collect();
        texts.join(",").chars().take(512).collect::<String>()
    };
    let fee =
        Coins::from_proto(&tx.fee().amount).map_err(|_| AnteError::InvalidFee { fee: shown() })?;
    if matches!(ctx.mode, ExecMode::Check | ExecMode::Recheck)
        && !params.min_gas_prices.are_met(tx.gas_limit(), &fee)
    {
        let required = params.min_gas_prices.required(tx.gas_limit());
        let required: Vec<String> = required.iter().map(ToString::to_string).collect();
        let required = required.join(",");
        return Err(AnteError::InsufficientFee { offered: fee.to_string(), required }.into());
    }
    let payer = &signers.payer;
    if auth::account(ctx, payer)?.is_none() {
        return Err(AnteError::UnknownPayer { payer: payer.clone() }.into());
    }
    if !fee.is_empty() {
        auth::module_account(ctx, FEE_COLLECTOR)?;
        bank::send(ctx, payer, &FEE_COLLECTOR.address(), &fee).map_err(cannot_pay)?;
    }
    ctx.emit(Event::new("tx").with("fee", fee.to_string()).with("fee_payer", payer.to_string()));
    Ok(())
}

/// A bank refusal becomes one about the fee; gas and the store speak for themselves.
fn cannot_pay(error: ModuleError) -> ModuleError {
    match error {
        ModuleError::Refused { message, .. } => AnteError::CannotPay { reason: message }.into(),
        other => other,
    }
}

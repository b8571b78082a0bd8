//! Taking the fee.

use stoa_modules::{
    Context, Event, ExecMode, ModuleError,
    auth::{self, AccAddress, FEE_COLLECTOR},
    bank::{self, Coins},
    feegrant,
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
    let from = source(ctx, tx, signers, &fee)?;
    if auth::account(ctx, &from)?.is_none() {
        return Err(AnteError::UnknownPayer { payer: from }.into());
    }
    if !fee.is_empty() {
        auth::module_account(ctx, FEE_COLLECTOR)?;
        bank::send(ctx, &from, &FEE_COLLECTOR.address(), &fee).map_err(cannot_pay)?;
    }
    ctx.emit(Event::new("tx").with("fee", fee.to_string()).with("fee_payer", from.to_string()));
    Ok(())
}

/// Whose money it is: the payer's, or the granter's within what it allows the payer.
fn source(
    ctx: &mut Context,
    tx: &Tx,
    signers: &Signers,
    fee: &Coins,
) -> Result<AccAddress, ModuleError> {
    let payer = &signers.payer;
    if tx.fee().granter.is_empty() {
        return Ok(payer.clone());
    }
    let granter: AccAddress = tx.fee().granter.parse().map_err(AnteError::GranterAddress)?;
    if granter != *payer {
        let messages: Vec<&str> =
            tx.messages().iter().map(|message| message.type_url.as_str()).collect();
        feegrant::use_fees(ctx, &granter, payer, fee, &messages)
            .map_err(|error| not_granted(error, &granter, payer))?;
    }
    Ok(granter)
}

/// The SDK's words in front of the reason.
fn not_granted(error: ModuleError, granter: &AccAddress, payer: &AccAddress) -> ModuleError {
    match error {
        ModuleError::Refused { codespace, code, message } => {
            let message = format!("{granter} does not allow to pay fees for {payer}: {message}");
            ModuleError::Refused { codespace, code, message }
        }
        other => other,
    }
}

/// A bank refusal becomes one about the fee; gas and the store speak for themselves.
fn cannot_pay(error: ModuleError) -> ModuleError {
    match error {
        ModuleError::Refused { message, .. } => AnteError::CannotPay { reason: message }.into(),
        other => other,
    }
}

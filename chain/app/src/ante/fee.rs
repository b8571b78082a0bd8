//! Taking the fee.

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin;
use stoa_modules::{
    Context, Event, ExecMode, ModuleError,
    auth::{self, FEE_COLLECTOR},
    bank::{self, Coins},
};

use super::{AnteError, AnteParams, signers::Signers};
use crate::tx::Tx;

/// Most coins and characters of a fee that are repeated to its sender.
const MAX_SHOWN_COINS: usize = 64;
const MAX_SHOWN_CHARS: usize = 8 * 1024;

/// Checks the fee against this node's prices (admission only), and moves it to the fee collector.
pub(super) fn deduct(
    ctx: &mut Context,
    tx: &Tx,
    signers: &Signers,
    params: &AnteParams,
) -> Result<(), ModuleError> {
    if matches!(ctx.mode, ExecMode::Check | ExecMode::Recheck) {
        check_price(tx, params)?;
    }
    let payer = &signers.payer;
    if auth::account(ctx, payer)?.is_none() {
        return Err(AnteError::UnknownPayer { payer: payer.clone() }.into());
    }
    if tx.fee().amount.iter().any(|coin| !is_zero(&coin.amount)) {
        let invalid = |_| AnteError::InvalidFee { fee: shown(tx) };
        let fee = Coins::from_proto(&tx.fee().amount).map_err(invalid)?;
        auth::module_account(ctx, FEE_COLLECTOR)?;
        bank::send(ctx, payer, &FEE_COLLECTOR.address(), &fee).map_err(cannot_pay)?;
    }
    ctx.emit(Event::new("tx").with("fee", shown(tx)).with("fee_payer", payer.to_string()));
    Ok(())
}

/// Refuses less than this node's prices.
fn check_price(tx: &Tx, params: &AnteParams) -> Result<(), AnteError> {
    // What is no list of coins pays for nothing.
    let offered = Coins::from_proto(&tx.fee().amount).unwrap_or_default();
    if params.min_gas_prices.are_met(tx.gas_limit(), &offered) {
        return Ok(());
    }
    let required = params.min_gas_prices.required(tx.gas_limit());
    let required: Vec<String> = required.iter().map(ToString::to_string).collect();
    Err(AnteError::InsufficientFee { offered: shown(tx), required: required.join(",") })
}

fn is_zero(amount: &str) -> bool {
    amount.bytes().all(|byte| byte == b'0')
}

/// The fee as it was given, as far as a person would read it.
pub(super) fn shown(tx: &Tx) -> String {
    let text = |coin: &Coin| format!("{}{}", coin.amount, coin.denom);
    let texts: Vec<String> = tx.fee().amount.iter().take(MAX_SHOWN_COINS).map(text).collect();
    texts.join(",").chars().take(MAX_SHOWN_CHARS).collect()
}

/// A bank refusal becomes one about the fee; gas and the store speak for themselves.
fn cannot_pay(error: ModuleError) -> ModuleError {
    match error {
        ModuleError::Refused { message, .. } => AnteError::CannotPay { reason: message }.into(),
        other => other,
    }
}

//! Taking the fee.

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin;
use stoa_modules::{
    Context, Event, ExecMode, ModuleError,
    auth::{self, AccAddress, FEE_COLLECTOR},
    bank::{self, Coins},
    feegrant, privilege,
};

use super::{AnteError, AnteParams, signers::Signers};
use crate::tx::Tx;

/// Most coins and characters of a fee that are repeated to its sender.
const MAX_SHOWN_COINS: usize = 64;
const MAX_SHOWN_CHARS: usize = 8 * 1024;

/// Checks the fee against this node's prices (admission only), counts what is free by privilege (blocks
/// only), and moves the fee to its collector.
pub(super) fn deduct(
    ctx: &mut Context,
    tx: &Tx,
    signers: &Signers,
    params: &AnteParams,
) -> Result<(), ModuleError> {
    match ctx.mode {
        ExecMode::Check | ExecMode::Recheck => check_price(ctx, tx, signers, params)?,
        ExecMode::Deliver if offered(tx).is_empty() => {
            privilege::use_free(ctx, tx.messages(), tx.gas_limit())?;
        }
        _ => {}
    }
    let from = source(ctx, tx, signers)?;
    if auth::account(ctx, &from)?.is_none() {
        return Err(AnteError::UnknownPayer { payer: from }.into());
    }
    let fee = coins(tx)?;
    if !fee.is_empty() {
        auth::module_account(ctx, FEE_COLLECTOR)?;
        bank::send(ctx, &from, &FEE_COLLECTOR.address(), &fee).map_err(cannot_pay)?;
    }
    ctx.emit(Event::new("tx").with("fee", shown(tx)).with("fee_payer", &from));
    Ok(())
}

/// The fee as coins; one of zeros is none.
fn coins(tx: &Tx) -> Result<Coins, AnteError> {
    if tx.fee().amount.iter().all(|coin| is_zero(&coin.amount)) {
        return Ok(Coins::default());
    }
    Coins::from_proto(&tx.fee().amount).map_err(|_| AnteError::InvalidFee { fee: shown(tx) })
}

/// Whose money it is: the payer's, or the granter's within what it allows the payer.
fn source(ctx: &mut Context, tx: &Tx, signers: &Signers) -> Result<AccAddress, ModuleError> {
    let payer = &signers.payer;
    if tx.fee().granter.is_empty() {
        return Ok(payer.clone());
    }
    let granter: AccAddress = tx.fee().granter.parse().map_err(AnteError::GranterAddress)?;
    if granter != *payer {
        let messages: Vec<&str> =
            tx.messages().iter().map(|message| message.type_url.as_str()).collect();
        feegrant::use_fees(ctx, &granter, payer, &coins(tx)?, &messages)
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

/// Refuses less than this node's prices, unless the transaction consists of privileged calls and offers
/// nothing at all.
fn check_price(
    ctx: &Context,
    tx: &Tx,
    signers: &Signers,
    params: &AnteParams,
) -> Result<(), ModuleError> {
    let offered = offered(tx);
    if params.min_gas_prices.are_met(tx.gas_limit(), &offered) {
        return Ok(());
    }
    let (messages, gas) = (tx.messages(), tx.gas_limit());
    if offered.is_empty() && privilege::admit_free(ctx, &signers.payer, messages, gas)? {
        return Ok(());
    }
    let required = params.min_gas_prices.required(gas);
    let required: Vec<String> = required.iter().map(ToString::to_string).collect();
    Err(AnteError::InsufficientFee { offered: shown(tx), required: required.join(",") }.into())
}

/// The fee as far as it pays for anything: what is no list of coins does not.
pub(crate) fn offered(tx: &Tx) -> Coins {
    Coins::from_proto(&tx.fee().amount).unwrap_or_default()
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

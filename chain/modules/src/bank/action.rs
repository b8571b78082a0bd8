//! Writes.

mod by_authority;
mod multi_send;

use cosmos_sdk_proto::{
    Any,
    cosmos::bank::v1beta1::{MsgMultiSend, MsgSend, MsgSendResponse},
};
use prost::Name as _;

use super::{BankError, Coin, Coins, STORE, coin::is_integer, event, params, state_key, view};
use crate::{
    auth::{self, AccAddress, parse_address},
    core::{Context, ModuleError, is_of_type},
    router::{MessageResponse, RouteError, read_message},
};

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    match message.type_url.as_str() {
        url if is_of_type::<MsgSend>(url) => Some(execute_send(ctx, message)),
        url if is_of_type::<MsgMultiSend>(url) => Some(multi_send::execute(ctx, message)),
        _ => by_authority::execute(ctx, message),
    }
}

/// Whether a message of this module can be read; nothing for others. Its rules are checked when it runs.
pub fn check(message: &Any) -> Option<Result<(), ModuleError>> {
    is_of_type::<MsgSend>(&message.type_url).then(|| {
        let send = read_message::<MsgSend>(message)?;
        let is_readable = send.amount.iter().all(|coin| is_integer(&coin.amount));
        if is_readable {
            return Ok(());
        }
        Err(RouteError::Malformed { type_url: MsgSend::type_url() }.into())
    })
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    match message.type_url.as_str() {
        url if is_of_type::<MsgSend>(url) => Some(send_signers(message)),
        url if is_of_type::<MsgMultiSend>(url) => Some(multi_send::signers(message)),
        _ => by_authority::signer(message).map(|authority| Ok(vec![authority?])),
    }
}

fn send_signers(message: &Any) -> Result<Vec<AccAddress>, ModuleError> {
    Ok(vec![parse_address("from", &read_message::<MsgSend>(message)?.from_address)?])
}

fn execute_send(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let send_message = read_message::<MsgSend>(message)?;
    let from = parse_address("from", &send_message.from_address)?;
    let to = parse_address("to", &send_message.to_address)?;
    let amount = Coins::from_proto(&send_message.amount)?;
    if amount.is_empty() {
        return Err(BankError::InvalidCoins { coins: String::new() }.into());
    }
    transfer(ctx, &from, &to, &amount)?;
    Ok(MessageResponse::new(&MsgSendResponse {}))
}

/// Moves `amount` for an owner who asks for it: refused where transfers of a denomination are off, and to
/// accounts of the chain itself. Otherwise as [`send`].
pub fn transfer(
    ctx: &mut Context,
    from: &AccAddress,
    to: &AccAddress,
    amount: &Coins,
) -> Result<(), ModuleError> {
    params::check_enabled(ctx, amount)?;
    if auth::is_module_address(to) {
        return Err(BankError::BlockedRecipient { address: to.clone() }.into());
    }
    send(ctx, from, to, amount)
}

/// Moves `amount`; a recipient without an account gets one. Emits `coin_spent`, `coin_received`,
/// `transfer` and `message`. On a refusal the caller drops the writes ([`Context::atomically`]).
pub fn send(
    ctx: &mut Context,
    from: &AccAddress,
    to: &AccAddress,
    amount: &Coins,
) -> Result<(), ModuleError> {
    spend(ctx, from, amount)?;
    receive(ctx, to, amount)?;
    create_if_new(ctx, to)?;
    ctx.emit(event::transfer(from, to, amount));
    ctx.emit(event::message(from));
    Ok(())
}

/// Adds to what an owner has.
fn receive(ctx: &mut Context, to: &AccAddress, amount: &Coins) -> Result<(), ModuleError> {
    for coin in amount {
        let key = state_key::balance(to, coin.denom());
        let held = view::read_amount(ctx, &key)?;
        set_balance(ctx, to, coin.denom(), Change { from: held, to: add(coin, held)? })?;
    }
    ctx.emit(event::coin_received(to, amount));
    Ok(())
}

/// A recipient without an account gets one.
fn create_if_new(ctx: &Context, address: &AccAddress) -> Result<(), ModuleError> {
    if !auth::has_account(ctx, address)? {
        auth::create_account(ctx, address)?;
    }
    Ok(())
}

/// Destroys `amount` of what `owner` has, by way of the module account of contracts. Emits the events of
/// a send, `coin_spent` and `burn`.
pub fn burn(ctx: &mut Context, owner: &AccAddress, amount: &Coins) -> Result<(), ModuleError> {
    let burner = auth::module_account(ctx, auth::WASM)?.address;
    send(ctx, owner, &burner, amount)?;
    auth::module_account(ctx, auth::WASM)?;
    spend(ctx, &burner, amount)?;
    for coin in amount {
        let supply = view::supply(ctx, coin.denom())?;
        let left = supply
            .amount()
            .checked_sub(coin.amount())
            .ok_or_else(|| BankError::SupplyUnderflow { denom: coin.denom().to_owned() })?;
        set_amount(ctx, &state_key::supply(coin.denom()), left)?;
    }
    ctx.emit(event::burn(&burner, amount));
    Ok(())
}

/// Makes `amount` for `minter` and gives it to `recipient`, which may be no account of the chain itself.
/// Emits `coin_received` and `coinbase`. The caller has checked that the minter may.
pub fn mint(
    ctx: &mut Context,
    minter: &AccAddress,
    recipient: &AccAddress,
    amount: &Coins,
) -> Result<(), ModuleError> {
    if auth::is_module_address(recipient) {
        return Err(BankError::BlockedRecipient { address: recipient.clone() }.into());
    }
    for coin in amount {
        let supply = add(coin, view::supply(ctx, coin.denom())?.amount())?;
        set_amount(ctx, &state_key::supply(coin.denom()), supply)?;
    }
    receive(ctx, recipient, amount)?;
    create_if_new(ctx, recipient)?;
    ctx.emit(event::coinbase(minter, amount));
    Ok(())
}

fn spend(ctx: &mut Context, owner: &AccAddress, amount: &Coins) -> Result<(), ModuleError> {
    let locked = view::locked(ctx, owner)?;
    for coin in amount {
        let denom = coin.denom();
        let held = view::read_amount(ctx, &state_key::balance(owner, denom))?;
        let locked = locked.amount_of(denom);
        let Some(spendable) = held.checked_sub(locked) else {
            let (locked, held) = (Coin::new(denom, locked)?, Coin::new(denom, held)?);
            return Err(BankError::Locked { locked, held }.into());
        };
        if spendable < coin.amount() {
            let available = Coin::new(denom, spendable)?;
            return Err(BankError::InsufficientFunds { available, wanted: coin.clone() }.into());
        }
        let left = held.saturating_sub(coin.amount());
        set_balance(ctx, owner, denom, Change { from: held, to: left })?;
    }
    ctx.emit(event::coin_spent(owner, amount));
    Ok(())
}

fn add(coin: &Coin, held: u128) -> Result<u128, BankError> {
    let overflow = || BankError::Overflow { denom: coin.denom().to_owned() };
    held.checked_add(coin.amount()).ok_or_else(overflow)
}

/// What somebody had of a denomination, and has now.
pub(super) struct Change {
    pub(super) from: u128,
    pub(super) to: u128,
}

/// Stores what `owner` has of `denom`. The SDK writes the index of owners again with each balance; here that
/// is only paid for where nothing changes.
pub(super) fn set_balance(
    ctx: &Context,
    owner: &AccAddress,
    denom: &str,
    change: Change,
) -> Result<(), ModuleError> {
    let index = state_key::owner(owner, denom);
    match (change.from, change.to) {
        (_, 0) => ctx.delete(STORE, &index)?,
        (0, _) => ctx.set(STORE, &index, Vec::new())?,
        _ => ctx.charge_set(index.len(), 0)?,
    }
    set_amount(ctx, &state_key::balance(owner, denom), change.to)
}

pub(super) fn set_amount(ctx: &Context, key: &[u8], amount: u128) -> Result<(), ModuleError> {
    match amount {
        0 => ctx.delete(STORE, key),
        _ => ctx.set(STORE, key, amount.to_string().into_bytes()),
    }
}

#[cfg(test)]
mod tests;

//! Reads.

use prost::Message as _;
use stoa_store::{Expected, KeyRange, Order};

use super::{BankError, Coin, Coins, STORE, coin::parse_amount, state_key};
use crate::{
    auth::{self, AccAddress},
    core::{Context, ModuleError},
};

/// What `owner` has of `denom`; zero for an unknown owner.
pub fn balance(ctx: &Context, owner: &AccAddress, denom: &str) -> Result<Coin, ModuleError> {
    let amount = read_amount(ctx, &state_key::balance(owner, denom))?;
    Ok(Coin::new(denom, amount)?)
}

/// What is stored while `owner` has `amount` of `denom`.
pub fn expected_balance(owner: &AccAddress, denom: &str, amount: u128) -> Expected {
    let value = (amount != 0).then(|| amount.to_string().into_bytes());
    Expected { store: STORE, key: state_key::balance(owner, denom), value }
}

/// What `owner` has and may not spend yet.
pub fn locked(ctx: &Context, owner: &AccAddress) -> Result<Coins, ModuleError> {
    let vesting = auth::account(ctx, owner)?.and_then(|account| account.vesting);
    Ok(vesting.map_or_else(Coins::default, |vesting| vesting.locked(ctx.block.time())))
}

/// Everything that `owner` has, however much it is; queries from outside go by pages instead.
pub fn all_balances(ctx: &Context, owner: &AccAddress) -> Result<Coins, ModuleError> {
    let prefix = state_key::balances(owner);
    let mut walk = ctx.walk(STORE, KeyRange::prefix(&prefix), Order::Ascending)?;
    let mut coins = Coins::default();
    while let Some((key, value)) = ctx.step(&mut walk)? {
        coins = coins.checked_add(&stored_coin(key.get(prefix.len()..), &value)?)?;
    }
    Ok(coins)
}

/// How much of `denom` exists.
pub fn supply(ctx: &Context, denom: &str) -> Result<Coin, ModuleError> {
    let amount = read_amount(ctx, &state_key::supply(denom))?;
    Ok(Coin::new(denom, amount)?)
}

pub(super) fn read_amount(ctx: &Context, key: &[u8]) -> Result<u128, ModuleError> {
    ctx.get(STORE, key)?.map_or(Ok(0), |value| Ok(stored_amount(&value)?))
}

pub(super) fn stored_coin(denom: Option<&[u8]>, value: &[u8]) -> Result<Coin, BankError> {
    let corrupt = || BankError::Corrupt { what: "balance" };
    let denom = denom.and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or_else(corrupt)?;
    Coin::new(denom, stored_amount(value)?).map_err(|_| corrupt())
}

/// Whether a denomination may be sent, as it is stored.
pub(super) fn stored_flag(value: &[u8]) -> Result<bool, BankError> {
    bool::decode(value).map_err(|_| BankError::Corrupt { what: "send enabled" })
}

fn stored_amount(value: &[u8]) -> Result<u128, BankError> {
    let corrupt = || BankError::Corrupt { what: "amount" };
    let text = std::str::from_utf8(value).map_err(|_| corrupt())?;
    parse_amount(text).map_err(|_| corrupt())
}

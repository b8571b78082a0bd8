//! Reads.

use super::{AccAddress, Account, AuthError, Params, STORE, state_key};
use crate::core::{Context, ModuleError};

/// The account of `address`, if there is one.
pub fn account(ctx: &Context, address: &AccAddress) -> Result<Option<Account>, ModuleError> {
    let stored = ctx.get(STORE, &state_key::account(address))?;
    stored.map(|bytes| Account::from_stored(address, &bytes)).transpose()
}

/// The account of `address`; refuses with code 9 if there is none.
pub fn account_or_refuse(ctx: &Context, address: &AccAddress) -> Result<Account, ModuleError> {
    let found = account(ctx, address)?;
    Ok(found.ok_or_else(|| AuthError::UnknownAddress { address: address.clone() })?)
}

/// The price of reading the account of `address`, where only vesting accounts would say something.
pub fn pay_for_account(ctx: &Context, address: &AccAddress) -> Result<(), ModuleError> {
    ctx.get(STORE, &state_key::account(address)).map(drop)
}

/// Whether `address` has an account.
pub fn has_account(ctx: &Context, address: &AccAddress) -> Result<bool, ModuleError> {
    ctx.has(STORE, &state_key::account(address))
}

/// The parameters; defaults before genesis wrote any.
pub fn params(ctx: &Context) -> Result<Params, ModuleError> {
    match ctx.get(STORE, state_key::PARAMS)? {
        Some(bytes) => Params::from_stored(&bytes),
        None => Ok(Params::default()),
    }
}

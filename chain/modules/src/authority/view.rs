//! Reads, and the one write after genesis.

use super::{DEFAULT_AUTHORITY, NotAuthority, STORE, state_key};
use crate::{
    auth::{AccAddress, AuthError},
    core::{Context, ModuleError},
};

/// The account that governs the chain; reading it is free.
pub fn address(ctx: &Context) -> Result<AccAddress, ModuleError> {
    match ctx.overlay.get(STORE, state_key::ADDRESS)? {
        Some(bytes) => Ok(AccAddress::new(bytes)
            .map_err(|source| AuthError::InvalidAddress { field: "authority", source })?),
        None => Ok(AccAddress::of_module(DEFAULT_AUTHORITY)),
    }
}

/// Makes `address` the authority; the caller has asked the one before.
pub fn set(ctx: &Context, address: &AccAddress) -> Result<(), ModuleError> {
    ctx.set(STORE, state_key::ADDRESS, address.as_bytes().to_vec())
}

/// Refuses `claimed` unless it is the authority, in the SDK's words (code 13 of codespace `gov`).
pub fn require(ctx: &Context, claimed: &AccAddress) -> Result<(), ModuleError> {
    let expected = address(ctx)?;
    if expected == *claimed {
        return Ok(());
    }
    Err(NotAuthority { expected, actual: claimed.clone() }.into())
}

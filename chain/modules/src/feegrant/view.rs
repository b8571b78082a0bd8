//! Reads.

use cosmos_sdk_proto::cosmos::feegrant::v1beta1::Grant;
use prost::Message as _;

use super::{Allowance, FeegrantError, STORE, state_key};
use crate::{
    auth::AccAddress,
    core::{Context, ModuleError},
};

/// What `granter` still allows `grantee`.
pub fn allowance(
    ctx: &Context,
    granter: &AccAddress,
    grantee: &AccAddress,
) -> Result<Option<Allowance>, ModuleError> {
    let stored = ctx.get(STORE, &state_key::allowance(granter, grantee))?;
    stored.map(|bytes| from_stored(&bytes)).transpose()
}

pub(super) fn from_stored(bytes: &[u8]) -> Result<Allowance, ModuleError> {
    let any = grant(bytes)?.allowance.ok_or(FeegrantError::Corrupt)?;
    Ok(Allowance::from_any(&any).map_err(|_| FeegrantError::Corrupt)?)
}

pub(super) fn grant(bytes: &[u8]) -> Result<Grant, FeegrantError> {
    Grant::decode(bytes).map_err(|_| FeegrantError::Corrupt)
}

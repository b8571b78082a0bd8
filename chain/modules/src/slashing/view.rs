//! Reads.

use cosmos_sdk_proto::cosmos::slashing::v1beta1::{Params as ProtoParams, ValidatorSigningInfo};
use prost::Message as _;

use super::{Params, STORE, SlashingError, state_key};
use crate::{
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// The parameters; defaults before genesis wrote any.
pub fn params(ctx: &Context) -> Result<Params, ModuleError> {
    let Some(bytes) = ctx.get(STORE, state_key::PARAMS)? else { return Ok(Params::default()) };
    let wire = ProtoParams::decode(bytes.as_slice()).map_err(|_| SlashingError::Corrupt)?;
    Ok(Params::from_proto(&wire)?)
}

/// What is known of the signatures of `validator`, if it ever was in the set.
pub fn signing_info(
    ctx: &Context,
    validator: &ConsensusAddress,
) -> Result<Option<ValidatorSigningInfo>, ModuleError> {
    let stored = ctx.get(STORE, &state_key::info(validator))?;
    let read = |bytes: Vec<u8>| ValidatorSigningInfo::decode(bytes.as_slice());
    Ok(stored.map(read).transpose().map_err(|_| SlashingError::Corrupt)?)
}

/// Whether `validator` signed twice and may never come back.
pub fn is_tombstoned(ctx: &Context, validator: &ConsensusAddress) -> Result<bool, ModuleError> {
    Ok(signing_info(ctx, validator)?.is_some_and(|info| info.tombstoned))
}

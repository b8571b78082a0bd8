//! What blocks and messages do.

mod evidence;
mod liveness;
mod message;

use cosmos_sdk_proto::{Timestamp, cosmos::slashing::v1beta1::ValidatorSigningInfo};
use prost::Message as _;

use super::{Infraction, InfractionKind, Misbehaviour, STORE, Vote, state_key, view};
use crate::{
    core::{Context, Event, ModuleError},
    validators::{self, ConsensusAddress},
};

pub(super) use evidence::keep;
pub use message::{execute_message, signers};

/// Judges the votes for the block before and the misbehaviour in this one; answers who was jailed for what.
pub fn begin_block(
    ctx: &mut Context,
    votes: &[Vote],
    misbehaviours: &[Misbehaviour],
) -> Result<Vec<Infraction>, ModuleError> {
    let mut infractions = liveness::judge(ctx, votes)?;
    for misbehaviour in misbehaviours {
        infractions.extend(evidence::judge(ctx, misbehaviour)?);
    }
    Ok(infractions)
}

/// A validator enters the set: signatures are counted from here on.
pub fn joined(ctx: &Context, validator: &ConsensusAddress) -> Result<(), ModuleError> {
    let start_height = i64::try_from(ctx.block.height).unwrap_or(i64::MAX);
    let info = view::signing_info(ctx, validator)?.unwrap_or_else(|| first_info(validator));
    save(ctx, validator, &ValidatorSigningInfo { start_height, ..info })
}

fn first_info(validator: &ConsensusAddress) -> ValidatorSigningInfo {
    let (address, jailed_until) = (validator.to_bech32(), Some(Timestamp::default()));
    ValidatorSigningInfo { address, jailed_until, ..ValidatorSigningInfo::default() }
}

pub(super) fn save(
    ctx: &Context,
    validator: &ConsensusAddress,
    info: &ValidatorSigningInfo,
) -> Result<(), ModuleError> {
    ctx.set(STORE, &state_key::info(validator), info.encode_to_vec())
}

/// Jails `validator` and says so.
fn jail(
    ctx: &mut Context,
    validator: &ConsensusAddress,
    kind: InfractionKind,
    (power, height): (u64, u64),
) -> Result<Infraction, ModuleError> {
    validators::jail(ctx, validator)?;
    let address = validator.to_bech32();
    let event = Event::new("slash")
        .with("address", address.clone())
        .with("power", power.to_string())
        .with("reason", kind.reason())
        .with("jailed", address.clone());
    ctx.emit(event);
    let (power, height) = (power.to_string(), height.to_string());
    Ok(Infraction { validator: address, kind, power, height })
}

#[cfg(test)]
mod tests;

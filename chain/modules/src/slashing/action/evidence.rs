//! Who signed twice (SDK `x/evidence/keeper/infraction.go`).

use cosmos_sdk_proto::{Any, Timestamp, cosmos::evidence::v1beta1::Equivocation};
use prost::{Message as _, Name as _};
use sha2::{Digest as _, Sha256};

use super::{jail, save};
use crate::{
    consensus,
    core::{Context, ModuleError},
    slashing::{EVIDENCE_STORE, Infraction, InfractionKind, Misbehaviour, state_key, view},
};

/// The end of the year 9999: jail for good.
const FOR_EVER: Timestamp = Timestamp { seconds: 253_402_300_799, nanos: 0 };
/// Nanoseconds of a second.
const NANOS: u64 = 1_000_000_000;

/// Tombstones the validator, unless the misbehaviour is too old, of nobody, or was punished before.
pub(super) fn judge(
    ctx: &mut Context,
    misbehaviour: &Misbehaviour,
) -> Result<Option<Infraction>, ModuleError> {
    let Misbehaviour { validator, power, height, time_nanos } = *misbehaviour;
    if is_too_old(ctx, misbehaviour)? {
        tracing::info!(%validator, height, "misbehaviour is too old");
        return Ok(None);
    }
    // Also of one that has left the set since: it must not come back.
    let Some(mut info) = view::signing_info(ctx, &validator)? else { return Ok(None) };
    if info.tombstoned {
        return Ok(None);
    }
    info.jailed_until = Some(FOR_EVER);
    info.tombstoned = true;
    save(ctx, &validator, &info)?;
    let equivocation = Equivocation {
        height: i64::try_from(height).unwrap_or(i64::MAX),
        time: Some(Timestamp {
            seconds: i64::try_from(time_nanos / NANOS).unwrap_or(i64::MAX),
            nanos: i32::try_from(time_nanos % NANOS).unwrap_or_default(),
        }),
        power: i64::try_from(power).unwrap_or(i64::MAX),
        consensus_address: validator.to_bech32(),
    };
    keep(ctx, &equivocation)?;
    jail(ctx, &validator, InfractionKind::DoubleSign, (power, height)).map(Some)
}

/// Writes a proven double sign under its hash.
pub(in crate::slashing) fn keep(
    ctx: &Context,
    equivocation: &Equivocation,
) -> Result<(), ModuleError> {
    let bytes = equivocation.encode_to_vec();
    let key = state_key::evidence(&Sha256::digest(&bytes));
    let any = Any { type_url: Equivocation::type_url(), value: bytes };
    ctx.set(EVIDENCE_STORE, &key, any.encode_to_vec())
}

/// Whether it is older than consensus parameters allow, in blocks and in time.
fn is_too_old(ctx: &Context, misbehaviour: &Misbehaviour) -> Result<bool, ModuleError> {
    let Some(limits) = consensus::params(ctx)?.evidence else { return Ok(false) };
    let age_blocks = ctx.block.height.saturating_sub(misbehaviour.height);
    let age_nanos = ctx.block.time_nanos.saturating_sub(misbehaviour.time_nanos);
    let most = limits.max_age_duration.unwrap_or_default();
    let most_nanos = u128::try_from(most.seconds).unwrap_or(0) * u128::from(NANOS)
        + u128::try_from(most.nanos).unwrap_or(0);
    let most_blocks = u64::try_from(limits.max_age_num_blocks).unwrap_or(0);
    Ok(u128::from(age_nanos) > most_nanos && age_blocks > most_blocks)
}

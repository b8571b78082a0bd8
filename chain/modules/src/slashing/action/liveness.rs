//! Who does not sign (SDK `x/slashing/keeper/infractions.go`).

use cosmos_sdk_proto::Timestamp;

use super::{first_info, jail, save};
use crate::{
    beacon, consensus,
    core::{Context, Event, ModuleError},
    slashing::{Infraction, InfractionKind, Params, Vote, bitmap, view},
    validators::{self, ConsensusAddress},
};

/// Nanoseconds of a second.
const NANOS: u64 = 1_000_000_000;

/// What a block's votes are judged by.
struct Rules {
    params: Params,
    /// First height whose votes carry links, and blocks without any after which a validator is down;
    /// nothing where votes carry none.
    links: Option<(u64, u64)>,
}

pub(super) fn judge(ctx: &mut Context, votes: &[Vote]) -> Result<Vec<Infraction>, ModuleError> {
    let consensus = consensus::params(ctx)?;
    let since = consensus.abci.map_or(0, |abci| abci.vote_extensions_enable_height);
    let since = u64::try_from(since).ok().filter(|since| *since > 0);
    let withholding = beacon::params(ctx)?.withholding_blocks;
    let links = since.map(|since| (since, withholding));
    let rules = Rules { params: view::params(ctx)?, links };
    let mut infractions = Vec::new();
    for vote in votes {
        infractions.extend(judge_one(ctx, &rules, vote)?);
    }
    Ok(infractions)
}

fn judge_one(
    ctx: &mut Context,
    rules: &Rules,
    vote: &Vote,
) -> Result<Option<Infraction>, ModuleError> {
    let validator = &vote.validator;
    // One in jail, or on its way out, still votes until the set has changed.
    match validators::record(ctx, validator)? {
        Some(record) if !record.is_jailed => {}
        _ => return Ok(None),
    }
    let window = rules.params.signed_blocks_window;
    let info = view::signing_info(ctx, validator)?;
    let mut info = info.unwrap_or_else(|| first_info(validator));
    let start = u64::try_from(info.start_height).unwrap_or(0);
    let is_missed = !vote.has_voted || is_silent(ctx, rules, validator, start)?;
    let index = u64::try_from(info.index_offset).unwrap_or(0).checked_rem(window).unwrap_or(0);
    info.index_offset = info.index_offset.saturating_add(1);
    let was_missed = bitmap::replace(ctx, validator, index, is_missed)?;
    info.missed_blocks_counter += i64::from(is_missed) - i64::from(was_missed);
    let height = ctx.block.height;
    if is_missed {
        let event = Event::new("liveness")
            .with("address", validator.to_bech32())
            .with("missed_blocks", info.missed_blocks_counter.to_string())
            .with("height", height.to_string());
        ctx.emit(event);
    }
    let missed = u64::try_from(info.missed_blocks_counter).unwrap_or(0);
    let mut infraction = None;
    if height > start.saturating_add(window) && missed > rules.params.max_missed() {
        let at = (vote.power, height.saturating_sub(1));
        infraction = Some(jail(ctx, validator, InfractionKind::Downtime, at)?);
        let until = ctx.block.time_nanos.saturating_add(rules.params.downtime_jail_nanos);
        info.jailed_until = Some(Timestamp {
            seconds: i64::try_from(until / NANOS).unwrap_or(i64::MAX),
            nanos: i32::try_from(until % NANOS).unwrap_or_default(),
        });
        (info.missed_blocks_counter, info.index_offset) = (0, 0);
        bitmap::clear(ctx, validator)?;
    }
    save(ctx, validator, &info)?;
    Ok(infraction)
}

/// Whether `validator` has revealed no link for so long that it counts as down.
fn is_silent(
    ctx: &Context,
    rules: &Rules,
    validator: &ConsensusAddress,
    start: u64,
) -> Result<bool, ModuleError> {
    let Some((since, withholding)) = rules.links else { return Ok(false) };
    let voted = ctx.block.height.saturating_sub(1);
    let revealed = beacon::last_reveal(ctx, validator)?.unwrap_or(0);
    Ok(voted.saturating_sub(revealed.max(start).max(since)) >= withholding)
}

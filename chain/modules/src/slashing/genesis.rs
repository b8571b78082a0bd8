//! The first state, in the shapes of `x/slashing`'s and `x/evidence`'s genesis sections.

use cosmos_sdk_proto::{Timestamp, cosmos::slashing::v1beta1::ValidatorSigningInfo};
use cosmwasm_std::{Int64, Uint64};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use stoa_store::{KeyRange, Order};

use super::{Params, STORE, SlashingError, action, bitmap, dec, state_key, view};
use crate::{
    core::{Context, ModuleError, Time},
    validators::ConsensusAddress,
};

/// The `slashing` section of `app_state`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    params: Option<GenesisParams>,
    signing_infos: Vec<GenesisInfo>,
    missed_blocks: Vec<GenesisMissed>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisParams {
    signed_blocks_window: Uint64,
    min_signed_per_window: String,
    downtime_jail_duration: String,
    slash_fraction_double_sign: String,
    slash_fraction_downtime: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisInfo {
    address: String,
    validator_signing_info: GenesisSigningInfo,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisSigningInfo {
    address: String,
    start_height: Int64,
    index_offset: Int64,
    jailed_until: String,
    tombstoned: bool,
    missed_blocks_counter: Int64,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisMissed {
    address: String,
    missed_blocks: Vec<GenesisMissedBlock>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisMissedBlock {
    index: Int64,
    missed: bool,
}

impl GenesisParams {
    fn check(&self) -> Result<Params, SlashingError> {
        let refuse = |field| SlashingError::Params { field };
        let fraction = |field, text: &str| dec::from_text(text).ok_or(refuse(field));
        let jail = self.downtime_jail_duration.strip_suffix('s').and_then(nanos);
        let params = Params {
            signed_blocks_window: self.signed_blocks_window.u64(),
            min_signed_per_window: fraction("min_signed_per_window", &self.min_signed_per_window)?,
            downtime_jail_nanos: jail.ok_or(refuse("downtime_jail_duration"))?,
            slash_fraction_double_sign: fraction(
                "slash_fraction_double_sign",
                &self.slash_fraction_double_sign,
            )?,
            slash_fraction_downtime: fraction(
                "slash_fraction_downtime",
                &self.slash_fraction_downtime,
            )?,
        };
        // The bounds are those of messages.
        Params::from_proto(&params.to_proto())
    }

    fn of(params: &Params) -> Self {
        let jail = params.downtime_jail_nanos;
        let text = format!("{}.{:09}", jail / 1_000_000_000, jail % 1_000_000_000);
        Self {
            signed_blocks_window: params.signed_blocks_window.into(),
            min_signed_per_window: dec::to_text(params.min_signed_per_window),
            downtime_jail_duration: text.trim_end_matches('0').trim_end_matches('.').to_owned()
                + "s",
            slash_fraction_double_sign: dec::to_text(params.slash_fraction_double_sign),
            slash_fraction_downtime: dec::to_text(params.slash_fraction_downtime),
        }
    }
}

/// Nanoseconds of decimal seconds.
fn nanos(seconds: &str) -> Option<u64> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let fraction = (fraction.len() <= 9).then(|| format!("{fraction:0<9}"))?;
    let (whole, fraction): (u64, u64) = (whole.parse().ok()?, fraction.parse().ok()?);
    whole.checked_mul(1_000_000_000)?.checked_add(fraction)
}

/// Writes parameters and what is known of signatures; validators of the genesis that are not mentioned
/// begin with nothing missed.
pub fn init_genesis(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    let params = genesis.params.map(|params| params.check()).transpose()?.unwrap_or_default();
    ctx.set(STORE, state_key::PARAMS, params.to_proto().encode_to_vec())?;
    for voter in crate::validators::latest(ctx)? {
        action::joined(ctx, &voter.address())?;
    }
    for entry in genesis.signing_infos {
        let validator = ConsensusAddress::from_bech32(&entry.address)?;
        let mut info = entry.validator_signing_info.to_proto()?;
        // Where the heights begin again, nobody may be above judgement until the old one is reached.
        let height = i64::try_from(ctx.block.height).unwrap_or(i64::MAX);
        info.start_height = info.start_height.min(height);
        action::save(ctx, &validator, &info)?;
    }
    for entry in genesis.missed_blocks {
        let validator = ConsensusAddress::from_bech32(&entry.address)?;
        for block in entry.missed_blocks {
            let index = u64::try_from(block.index.i64()).unwrap_or(u64::MAX);
            if index < params.signed_blocks_window {
                bitmap::replace(ctx, &validator, index, block.missed)?;
            }
        }
    }
    Ok(())
}

impl GenesisSigningInfo {
    fn to_proto(&self) -> Result<ValidatorSigningInfo, SlashingError> {
        let until = Time::parse_from_rfc3339(&self.jailed_until);
        let until = until.map_err(|_| SlashingError::Params { field: "jailed_until" })?;
        Ok(ValidatorSigningInfo {
            address: self.address.clone(),
            start_height: self.start_height.i64(),
            index_offset: self.index_offset.i64(),
            jailed_until: Some(until.into()),
            tombstoned: self.tombstoned,
            missed_blocks_counter: self.missed_blocks_counter.i64(),
        })
    }

    fn of(info: &ValidatorSigningInfo) -> Result<Self, SlashingError> {
        let Timestamp { seconds, nanos } = info.jailed_until.unwrap_or_default();
        let nanos = u32::try_from(nanos).map_err(|_| SlashingError::Corrupt)?;
        let until =
            Time::from_unix_timestamp(seconds, nanos).map_err(|_| SlashingError::Corrupt)?;
        Ok(Self {
            address: info.address.clone(),
            start_height: info.start_height.into(),
            index_offset: info.index_offset.into(),
            jailed_until: until.to_rfc3339(),
            tombstoned: info.tombstoned,
            missed_blocks_counter: info.missed_blocks_counter.into(),
        })
    }
}

/// The section that [`init_genesis`] reads. Tombstones are in it; their proofs have a section of their own.
pub fn export_genesis(ctx: &Context) -> Result<Genesis, ModuleError> {
    let params = Some(GenesisParams::of(&view::params(ctx)?));
    let mut genesis = Genesis { params, ..Genesis::default() };
    let mut walk = ctx.walk(STORE, KeyRange::prefix(state_key::INFOS), Order::Ascending)?;
    while let Some((key, bytes)) = ctx.step(&mut walk)? {
        let corrupt = || SlashingError::Corrupt;
        let suffix = key.get(state_key::INFOS.len()..).unwrap_or_default();
        let validator = state_key::validator_of(suffix).ok_or_else(corrupt)?;
        let info = ValidatorSigningInfo::decode(bytes.as_slice()).map_err(|_| corrupt())?;
        let (address, info) = (validator.to_bech32(), GenesisSigningInfo::of(&info)?);
        genesis
            .signing_infos
            .push(GenesisInfo { address: address.clone(), validator_signing_info: info });
        let block = |index| {
            let index = i64::try_from(index).unwrap_or(i64::MAX).into();
            GenesisMissedBlock { index, missed: true }
        };
        let missed_blocks = bitmap::missed(ctx, &validator)?.into_iter().map(block).collect();
        genesis.missed_blocks.push(GenesisMissed { address, missed_blocks });
    }
    Ok(genesis)
}

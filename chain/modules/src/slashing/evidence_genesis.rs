//! Proven misbehaviour, in the shape of `x/evidence`'s genesis section.

use cosmos_sdk_proto::{Any, Timestamp, cosmos::evidence::v1beta1::Equivocation};
use cosmwasm_std::Int64;
use prost::{Message as _, Name as _};
use serde::{Deserialize, Serialize};
use stoa_store::{KeyRange, Order};

use super::{EVIDENCE_STORE, SlashingError, action, state_key};
use crate::{
    core::{Context, ModuleError, Time},
    validators::ConsensusAddress,
};

/// The `evidence` section of `app_state`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceGenesis {
    evidence: Vec<GenesisEvidence>,
}

/// Every kind of evidence that there is.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "@type", deny_unknown_fields)]
enum GenesisEvidence {
    #[serde(rename = "/cosmos.evidence.v1beta1.Equivocation")]
    Equivocation { height: Int64, time: String, power: Int64, consensus_address: String },
}

impl GenesisEvidence {
    fn check(self) -> Result<Equivocation, ModuleError> {
        let Self::Equivocation { height, time, power, consensus_address } = self;
        let refuse = |field| SlashingError::Params { field };
        let time = Time::parse_from_rfc3339(&time).map_err(|_| refuse("evidence.time"))?;
        let consensus_address = ConsensusAddress::from_bech32(&consensus_address)?.to_bech32();
        let (height, power) = (height.i64(), power.i64());
        if height < 1 || power < 1 {
            return Err(refuse("evidence.height or evidence.power").into());
        }
        Ok(Equivocation { height, time: Some(time.into()), power, consensus_address })
    }

    fn of(found: Equivocation) -> Result<Self, SlashingError> {
        let Timestamp { seconds, nanos } = found.time.unwrap_or_default();
        let nanos = u32::try_from(nanos).map_err(|_| SlashingError::Corrupt)?;
        let time = Time::from_unix_timestamp(seconds, nanos).map_err(|_| SlashingError::Corrupt)?;
        Ok(Self::Equivocation {
            height: found.height.into(),
            time: time.to_rfc3339(),
            power: found.power.into(),
            consensus_address: found.consensus_address,
        })
    }
}

/// Writes the evidence of an export.
pub fn init_evidence(ctx: &Context, genesis: EvidenceGenesis) -> Result<(), ModuleError> {
    genesis.evidence.into_iter().try_for_each(|found| action::keep(ctx, &found.check()?))
}

/// The section that [`init_evidence`] reads, in the order of the hashes.
pub fn export_evidence(ctx: &Context) -> Result<EvidenceGenesis, ModuleError> {
    let range = KeyRange::prefix(state_key::EVIDENCES);
    let mut walk = ctx.walk(EVIDENCE_STORE, range, Order::Ascending)?;
    let mut evidence = Vec::new();
    while let Some((_, bytes)) = ctx.step(&mut walk)? {
        let corrupt = |_| SlashingError::Corrupt;
        let any = Any::decode(bytes.as_slice()).map_err(corrupt)?;
        if any.type_url != Equivocation::type_url() {
            return Err(SlashingError::Corrupt.into());
        }
        let found = Equivocation::decode(any.value.as_slice()).map_err(corrupt)?;
        evidence.push(GenesisEvidence::of(found)?);
    }
    Ok(EvidenceGenesis { evidence })
}

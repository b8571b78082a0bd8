//! The first state.

use cosmwasm_std::{Binary, Uint64};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use stoa_proto::beacon::v1::{Beacon, Chain, Contributor};
use stoa_store::{KeyRange, Order};

use super::{BeaconError, Params, STORE, state_key, view};
use crate::{
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// Blocks that a chain may begin ahead of the block that anchors it; more means that the genesis begins
/// again at a lower height than the state that was exported.
const MOST_AHEAD: u64 = 64;

/// The `beacon` section of `app_state`. Numbers are texts, as everywhere in a genesis file.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    params: Option<GenesisParams>,
    contributors: Vec<GenesisContributor>,
    values: Vec<GenesisValue>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisParams {
    window_blocks: Uint64,
    kept_values: Uint64,
    #[serde(default = "default_withholding")]
    withholding_blocks: Uint64,
}

fn default_withholding() -> Uint64 {
    Params::default().withholding_blocks.into()
}

/// The hash chains of one validator.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisContributor {
    validator: String,
    anchored: Uint64,
    chains: Vec<GenesisChain>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisChain {
    first_index: Uint64,
    last_index: Uint64,
    last_link: Binary,
}

/// A fixed value.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisValue {
    index: Uint64,
    value: Binary,
    power: Uint64,
    total_power: Uint64,
}

/// Writes the parameters, and what an export brings along. Where the heights begin again, chains and values
/// of the heights before mean nothing and are left out: validators anchor anew.
pub fn init_genesis(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    let params = genesis.params.map_or_else(Params::default, |params| Params {
        window_blocks: params.window_blocks.u64(),
        kept_values: params.kept_values.u64(),
        withholding_blocks: params.withholding_blocks.u64(),
    });
    ctx.set(STORE, state_key::PARAMS, params.check()?.to_stored())?;
    let most = ctx.block.height.saturating_add(MOST_AHEAD);
    for contributor in genesis.contributors {
        let address = ConsensusAddress::from_bech32(&contributor.validator)?;
        let is_past = |chain: &GenesisChain| chain.last_index.u64() <= most;
        if contributor.chains.iter().all(is_past) {
            let record = view::Record::from_stored(&contributor.to_wire().encode_to_vec())?;
            ctx.set(STORE, &state_key::contributor(&address), record.to_stored())?;
        }
    }
    for value in genesis.values.into_iter().filter(|value| value.index.u64() < ctx.block.height) {
        let (index, power, total_power) =
            (value.index.u64(), value.power.u64(), value.total_power.u64());
        let beacon = Beacon { index, value: value.value.into(), power, total_power };
        ctx.set(STORE, &state_key::value(index), beacon.encode_to_vec())?;
    }
    Ok(())
}

impl GenesisContributor {
    fn to_wire(&self) -> Contributor {
        let chain = |chain: &GenesisChain| Chain {
            first_index: chain.first_index.u64(),
            last_index: chain.last_index.u64(),
            last_link: chain.last_link.to_vec(),
        };
        let chains = self.chains.iter().map(chain).collect();
        Contributor { anchored: self.anchored.u64(), chains }
    }

    fn from_wire(validator: &ConsensusAddress, wire: Contributor) -> Self {
        let chain = |chain: Chain| GenesisChain {
            first_index: chain.first_index.into(),
            last_index: chain.last_index.into(),
            last_link: chain.last_link.into(),
        };
        let chains = wire.chains.into_iter().map(chain).collect();
        Self { validator: validator.to_bech32(), anchored: wire.anchored.into(), chains }
    }
}

/// The section that [`init_genesis`] reads.
pub fn export_genesis(ctx: &Context) -> Result<Genesis, ModuleError> {
    let corrupt = || BeaconError::Corrupt { what: "beacon state" };
    let params = view::params(ctx)?;
    let mut genesis = Genesis {
        params: Some(GenesisParams {
            window_blocks: params.window_blocks.into(),
            kept_values: params.kept_values.into(),
            withholding_blocks: params.withholding_blocks.into(),
        }),
        ..Genesis::default()
    };
    for (key, bytes) in entries(ctx, state_key::contributors())? {
        let address = key.get(1..).and_then(|bytes| ConsensusAddress::try_from(bytes).ok());
        let wire = Contributor::decode(&*bytes).map_err(|_| corrupt())?;
        let contributor = GenesisContributor::from_wire(&address.ok_or_else(corrupt)?, wire);
        genesis.contributors.push(contributor);
    }
    for (_, bytes) in entries(ctx, state_key::values())? {
        let Beacon { index, value, power, total_power } =
            Beacon::decode(&*bytes).map_err(|_| corrupt())?;
        let (index, power, total_power) = (index.into(), power.into(), total_power.into());
        genesis.values.push(GenesisValue { index, value: value.into(), power, total_power });
    }
    Ok(genesis)
}

fn entries(ctx: &Context, range: KeyRange) -> Result<Vec<stoa_store::Entry>, ModuleError> {
    let mut walk = ctx.walk(STORE, range, Order::Ascending)?;
    let mut found = Vec::new();
    while let Some(entry) = ctx.step(&mut walk)? {
        found.push(entry);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{beacon, testing::context};

    fn init(text: &str) -> Result<Params, ModuleError> {
        let ctx = context();
        init_genesis(&ctx, serde_json::from_str(text).unwrap())?;
        beacon::params(&ctx)
    }

    #[test]
    fn parameters_are_read_and_bounded() {
        let params = init(r#"{"params":{"window_blocks":"3","kept_values":"64"}}"#).unwrap();
        assert_eq!((params.window_blocks, params.kept_values), (3, 64));
        assert_eq!(params.withholding_blocks, 1_024);
        assert_eq!(init("{}").unwrap(), Params::default());
        for (window, kept) in [("0", "64"), ("65", "64"), ("8", "63"), ("8", "1048577")] {
            let text =
                format!(r#"{{"params":{{"window_blocks":"{window}","kept_values":"{kept}"}}}}"#);
            assert_eq!(init(&text).unwrap_err().code(), 18, "{text}");
        }
    }

    #[test]
    fn an_export_is_what_genesis_reads_unless_the_heights_begin_again() {
        let mut ctx = context();
        ctx.block.height = 1_000;
        let address = ConsensusAddress::of_key(&[7; 32]);
        let section = serde_json::json!({
            "params": {"window_blocks": "3", "kept_values": "64", "withholding_blocks": "9"},
            "contributors": [{"validator": address.to_bech32(), "anchored": "4", "chains": [
                {"first_index": "900", "last_index": "999", "last_link": Binary::from([5; 32])}]}],
            "values": [{"index": "996", "value": Binary::from([6; 32]), "power": "2", "total_power": "3"}],
        });
        init_genesis(&ctx, serde_json::from_value(section.clone()).unwrap()).unwrap();
        assert_eq!(serde_json::to_value(export_genesis(&ctx).unwrap()).unwrap(), section);
        assert_eq!(beacon::last_reveal(&ctx, &address).unwrap(), Some(999));

        let again = context();
        init_genesis(&again, serde_json::from_value(section).unwrap()).unwrap();
        assert_eq!(beacon::last_reveal(&again, &address).unwrap(), None);
        assert!(beacon::latest(&again).unwrap().is_none());
    }
}

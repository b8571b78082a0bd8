//! The first state.

use cosmwasm_std::Uint64;
use prost::Message as _;
use serde::Deserialize;
use stoa_proto::beacon::v1::Beacon;

use super::{
    BeaconError, Params, STORE,
    record::{Chain, Record},
    state_key,
};
use crate::{
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// Length of a value: that of a SHA-256 hash.
const VALUE_BYTES: usize = 32;

/// The `beacon` section of `app_state`. Numbers are texts, as everywhere in a genesis file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    params: Option<GenesisParams>,
    contributors: Vec<GenesisContributor>,
    values: Vec<GenesisValue>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GenesisContributor {
    validator: String,
    anchored: Uint64,
    chains: Vec<GenesisChain>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GenesisChain {
    first_index: Uint64,
    last_index: Uint64,
    last_link: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GenesisValue {
    index: Uint64,
    value: String,
    power: Uint64,
    total_power: Uint64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GenesisParams {
    window_blocks: Uint64,
    kept_values: Uint64,
}

impl GenesisContributor {
    fn read(self) -> Result<(ConsensusAddress, Record), BeaconError> {
        let malformed = || BeaconError::GenesisRecord { what: "contributor" };
        let validator = self.validator.parse().map_err(|_| malformed())?;
        let chain = |chain: GenesisChain| {
            Some(Chain {
                first_index: chain.first_index.u64(),
                last_index: chain.last_index.u64(),
                last_link: hex::decode(chain.last_link).ok()?.try_into().ok()?,
            })
        };
        let chains = self.chains.into_iter().map(chain).collect::<Option<Vec<_>>>();
        let record = chains.and_then(|chains| Record::of_parts(self.anchored.u64(), chains));
        Ok((validator, record.ok_or_else(malformed)?))
    }
}

impl GenesisValue {
    /// A value of an index that has passed.
    fn read(self, height: u64) -> Result<Beacon, BeaconError> {
        let malformed = || BeaconError::GenesisRecord { what: "value" };
        let value = hex::decode(self.value).map_err(|_| malformed())?;
        if value.len() != VALUE_BYTES || self.index.u64() >= height {
            return Err(malformed());
        }
        let (power, total_power) = (self.power.u64(), self.total_power.u64());
        Ok(Beacon { index: self.index.u64(), value, power, total_power })
    }
}

/// Writes the parameters, and hash chains and values of a chain that goes on.
pub fn init_genesis(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    let params = genesis.params.map_or_else(Params::default, |params| Params {
        window_blocks: params.window_blocks.u64(),
        kept_values: params.kept_values.u64(),
    });
    ctx.set(STORE, state_key::PARAMS, params.check()?.to_stored())?;
    for contributor in genesis.contributors {
        let (validator, record) = contributor.read()?;
        ctx.set(STORE, &state_key::contributor(&validator), record.to_stored())?;
    }
    for value in genesis.values {
        let value = value.read(ctx.block.height)?;
        ctx.set(STORE, &state_key::value(value.index), value.encode_to_vec())?;
    }
    Ok(())
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
        assert_eq!(init("{}").unwrap(), Params::default());
        for (window, kept) in [("0", "64"), ("65", "64"), ("8", "63"), ("8", "1048577")] {
            let text =
                format!(r#"{{"params":{{"window_blocks":"{window}","kept_values":"{kept}"}}}}"#);
            assert_eq!(init(&text).unwrap_err().code(), 18, "{text}");
        }
    }

    #[test]
    fn chains_and_values_come_back_as_they_were_and_broken_ones_are_refused() {
        let link = "ab".repeat(32);
        let section = serde_json::json!({
            "params": { "window_blocks": "3", "kept_values": "64" },
            "contributors": [{
                "validator": "00".repeat(20), "anchored": "3",
                "chains": [{ "first_index": "2", "last_index": "5", "last_link": link },
                           { "first_index": "9", "last_index": "8", "last_link": link }],
            }],
            "values": [{ "index": "6", "value": link, "power": "2", "total_power": "3" }],
        });
        let run = |section: &serde_json::Value| {
            let ctx = context();
            let genesis = serde_json::from_value(section.clone()).unwrap();
            init_genesis(&ctx, genesis).map(|()| ctx)
        };
        assert_eq!(beacon::export_genesis(&run(&section).unwrap()).unwrap(), section);
        let changes = [
            ("/contributors/0/validator", "00"),
            ("/contributors/0/anchored", "1"),
            ("/contributors/0/chains/0/last_link", "abcd"),
            ("/contributors/0/chains/0/last_index", "0"),
            ("/contributors/0/chains/0/first_index", "10"),
            // The test's block has height 7.
            ("/values/0/index", "7"),
            ("/values/0/value", "ab"),
        ];
        for (place, text) in changes {
            let mut broken = section.clone();
            *broken.pointer_mut(place).unwrap() = serde_json::json!(text);
            assert!(run(&broken).is_err(), "{place}");
        }
    }
}

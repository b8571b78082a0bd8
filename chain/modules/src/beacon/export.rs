//! The state as a genesis section.

use serde_json::{Value, json};
use stoa_store::Order;

use super::{BeaconError, STORE, record::Record, state_key, view};
use crate::{
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// The parameters alone, for a chain whose heights begin anew: indices are heights, so neither chains nor
/// values would mean anything there.
pub fn export_params(ctx: &Context) -> Result<Value, ModuleError> {
    let params = view::params(ctx)?;
    Ok(json!({
        "params": {
            "window_blocks": params.window_blocks.to_string(),
            "kept_values": params.kept_values.to_string(),
        },
    }))
}

/// The `beacon` section of `app_state`: parameters, hash chains in order of addresses, and values.
pub fn export_genesis(ctx: &Context) -> Result<Value, ModuleError> {
    let mut contributors = Vec::new();
    let mut walk = ctx.walk(STORE, state_key::contributors(), Order::Ascending)?;
    while let Some((key, stored)) = ctx.step(&mut walk)? {
        let address = key.get(1..).unwrap_or_default();
        let corrupt = |_| BeaconError::Corrupt { what: "beacon contributor" };
        let validator = ConsensusAddress::try_from(address).map_err(corrupt)?;
        contributors.push(contributor(&validator, &Record::from_stored(&stored)?));
    }
    let mut values = Vec::new();
    let mut walk = ctx.walk(STORE, state_key::values(), Order::Ascending)?;
    while let Some((_, stored)) = ctx.step(&mut walk)? {
        let value = view::read(&stored)?;
        values.push(json!({
            "index": value.index.to_string(),
            "value": hex::encode(&value.value),
            "power": value.power.to_string(),
            "total_power": value.total_power.to_string(),
        }));
    }
    let mut section = export_params(ctx)?;
    section["contributors"] = Value::Array(contributors);
    section["values"] = Value::Array(values);
    Ok(section)
}

fn contributor(validator: &ConsensusAddress, record: &Record) -> Value {
    let chain = |chain: &super::record::Chain| {
        json!({
            "first_index": chain.first_index.to_string(),
            "last_index": chain.last_index.to_string(),
            "last_link": hex::encode(chain.last_link),
        })
    };
    json!({
        "validator": validator.to_string(),
        "anchored": record.next_number().to_string(),
        "chains": record.chains().iter().map(chain).collect::<Vec<_>>(),
    })
}

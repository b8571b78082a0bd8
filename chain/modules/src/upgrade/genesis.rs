//! What an export brings along.

use cosmwasm_std::Uint64;
use serde::{Deserialize, Serialize};

use super::{Plan, STORE, UpgradeError, action, state_key, view};
use crate::core::{Context, ModuleError};

/// The `upgrade` section of `app_state`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    plan: Option<GenesisPlan>,
    applied: Vec<GenesisApplied>,
    protocol_version: Uint64,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisPlan {
    name: String,
    height: Uint64,
    #[serde(default)]
    info: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisApplied {
    name: String,
    height: Uint64,
}

/// Writes what was applied, so that no name is used twice, and the plan.
pub fn init_genesis(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    for GenesisApplied { name, height } in genesis.applied {
        if name.is_empty() {
            return Err(UpgradeError::NoName.into());
        }
        ctx.set(STORE, &state_key::done(height.u64(), &name), vec![1])?;
    }
    if !genesis.protocol_version.is_zero() {
        view::set_protocol_version(ctx, genesis.protocol_version.u64())?;
    }
    let Some(GenesisPlan { name, height, info }) = genesis.plan else { return Ok(()) };
    action::schedule(ctx, &Plan { name, height: height.u64(), info })
}

/// The section that [`init_genesis`] reads.
pub fn export_genesis(ctx: &Context) -> Result<Genesis, ModuleError> {
    let plan =
        |Plan { name, height, info }| GenesisPlan { name, height: Uint64::new(height), info };
    let applied = |(height, name)| GenesisApplied { name, height: Uint64::new(height) };
    Ok(Genesis {
        plan: view::plan(ctx)?.map(plan),
        applied: view::all_done(ctx)?.into_iter().map(applied).collect(),
        protocol_version: view::protocol_version(ctx)?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::context;

    #[test]
    fn an_export_is_what_genesis_reads() {
        let section = serde_json::json!({
            "plan": {"name": "v3", "height": "900", "info": "https://stoa.example/v3"},
            "applied": [{"name": "v2", "height": "5"}],
            "protocol_version": "1",
        });
        let ctx = context();
        init_genesis(&ctx, serde_json::from_value(section.clone()).unwrap()).unwrap();
        assert_eq!(serde_json::to_value(export_genesis(&ctx).unwrap()).unwrap(), section);
    }
}

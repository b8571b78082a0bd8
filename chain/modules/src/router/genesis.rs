//! The state of all modules as `app_state`.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Modules, RouteError};
use crate::{
    auth, authority, authz, bank, beacon,
    core::{Context, ModuleError},
    feegrant, invariants, privilege, slashing, upgrade, validators,
};

/// How the exported state shall go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// At the next height.
    NextHeight,
    /// At height 1: what is counted in heights begins anew.
    ZeroHeight,
}

impl Modules {
    /// The state from which [`Modules::init_genesis`] makes the same again.
    pub fn export_genesis(
        &self,
        ctx: &Context,
        continuation: Continuation,
    ) -> Result<Value, ModuleError> {
        let mut app_state = json!({
            "auth": auth::export_genesis(ctx)?,
            "authority": section("authority", &authority::export_genesis(ctx)?)?,
            "authz": authz::export_genesis(ctx)?,
            "bank": bank::export_genesis(ctx)?,
            "beacon": section("beacon", &beacon::export_genesis(ctx)?)?,
            "evidence": section("evidence", &slashing::export_evidence(ctx)?)?,
            "feegrant": feegrant::export_genesis(ctx)?,
            "invariants": section("invariants", &invariants::export_genesis(ctx)?)?,
            "privilege": section("privilege", &privilege::export_genesis(ctx)?)?,
            "slashing": section("slashing", &slashing::export_genesis(ctx)?)?,
            "upgrade": section("upgrade", &upgrade::export_genesis(ctx)?)?,
            "validators": section("validators", &validators::export_genesis(ctx)?)?,
            "wasm": section("wasm", &self.wasm.export_genesis(ctx)?)?,
        });
        if continuation == Continuation::ZeroHeight {
            forget_heights(&mut app_state);
        }
        Ok(app_state)
    }
}

fn section<T: Serialize>(section: &'static str, content: &T) -> Result<Value, ModuleError> {
    serde_json::to_value(content)
        .map_err(|error| RouteError::Genesis { section, reason: error.to_string() }.into())
}

/// Takes out what means other heights on a chain that begins at height 1: chains and values of the beacon,
/// whose indices are heights; counts of missed blocks, while jail and tombstones stay; the plan of an upgrade.
fn forget_heights(app_state: &mut Value) {
    let empty = || json!([]);
    app_state["beacon"]["contributors"] = empty();
    app_state["beacon"]["values"] = empty();
    app_state["slashing"]["missed_blocks"] = empty();
    if let Some(infos) = app_state["slashing"]["signing_infos"].as_array_mut() {
        for info in infos {
            for counter in ["start_height", "index_offset", "missed_blocks_counter"] {
                info["validator_signing_info"][counter] = json!("0");
            }
        }
    }
    app_state["upgrade"]["plan"] = Value::Null;
}

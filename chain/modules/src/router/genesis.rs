//! The state of all modules as `app_state`.

use serde_json::{Value, json};

use super::{Modules, RouteError};
use crate::{
    auth, authority, authz, bank, beacon,
    core::{Context, ModuleError},
    feegrant,
};

/// How the exported state shall go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// At the next height.
    NextHeight,
    /// At height 1: what is counted in heights is left out.
    ZeroHeight,
}

impl Modules {
    /// The state from which [`Modules::init_genesis`] makes the same again.
    pub fn export_genesis(
        &self,
        ctx: &Context,
        continuation: Continuation,
    ) -> Result<Value, ModuleError> {
        let wasm = serde_json::to_value(self.wasm.export_genesis(ctx)?).map_err(|error| {
            RouteError::Genesis { section: "wasm", reason: error.to_string() }
        })?;
        let beacon = match continuation {
            Continuation::NextHeight => beacon::export_genesis(ctx)?,
            Continuation::ZeroHeight => beacon::export_params(ctx)?,
        };
        Ok(json!({
            "auth": auth::export_genesis(ctx)?,
            "authority": authority::export_genesis(ctx)?,
            "authz": authz::export_genesis(ctx)?,
            "bank": bank::export_genesis(ctx)?,
            "beacon": beacon,
            "feegrant": feegrant::export_genesis(ctx)?,
            "wasm": wasm,
        }))
    }
}

//! The configuration.

use cosmwasm_std::{Deps, StdResult};
use stoa_provenance_types::ConfigResponse;

use crate::state::CONFIG;

/// Answers with the denomination.
pub fn config(deps: Deps<'_>) -> StdResult<ConfigResponse> {
    Ok(ConfigResponse { denom: CONFIG.load(deps.storage)?.denom })
}

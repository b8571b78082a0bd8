//! The configuration.

use cosmwasm_std::{Deps, StdResult};
use stoa_marketplace_types::ConfigResponse;

use crate::state::CONFIG;

/// Answers with the rules.
pub fn config(deps: Deps<'_>) -> StdResult<ConfigResponse> {
    let config = CONFIG.load(deps.storage)?;
    Ok(ConfigResponse {
        dao: config.dao.into_string(),
        provenance: config.provenance.into_string(),
        denom: config.denom,
        protocol_fee: config.protocol_fee,
        challenge_window_blocks: config.challenge_window_blocks,
        minimum_bond: config.minimum_bond,
    })
}

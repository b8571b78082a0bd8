//! The rules.

use cosmwasm_std::{Deps, StdResult};
use stoa_dao_types::ConfigResponse;

use crate::state::{CONFIG, TOTALS};

/// Answers with the rules and the sum of all weights now.
pub fn config(deps: Deps<'_>) -> StdResult<ConfigResponse> {
    let config = CONFIG.load(deps.storage)?;
    Ok(ConfigResponse {
        quorum: config.quorum,
        threshold: config.threshold,
        voting_period_blocks: config.voting_period_blocks,
        total_weight: TOTALS.load(deps.storage)?.weight,
    })
}

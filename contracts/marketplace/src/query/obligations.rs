//! What the contract owes.

use cosmwasm_std::{Deps, StdResult};
use stoa_marketplace_types::ObligationsResponse;

use crate::state::OBLIGATIONS;

/// Answers with the two sums.
pub fn obligations(deps: Deps<'_>) -> StdResult<ObligationsResponse> {
    let obligations = OBLIGATIONS.load(deps.storage)?;
    Ok(ObligationsResponse { escrowed: obligations.escrowed, bonded: obligations.bonded })
}

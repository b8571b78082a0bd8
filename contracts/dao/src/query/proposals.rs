//! All proposals by number.

use cosmwasm_std::{Deps, Env, Order, StdResult};
use cw_storage_plus::Bound;
use stoa_dao_types::ProposalsResponse;
use stoa_primitives::ProposalId;

use super::{page_size, proposal::response};
use crate::state::{CONFIG, PROPOSALS};

/// One page.
pub fn proposals(
    deps: Deps<'_>,
    env: &Env,
    start_after: Option<ProposalId>,
    limit: Option<u32>,
) -> StdResult<ProposalsResponse> {
    let config = CONFIG.load(deps.storage)?;
    let proposals = PROPOSALS
        .range(deps.storage, start_after.map(Bound::exclusive), None, Order::Ascending)
        .take(page_size(limit))
        .map(|entry| {
            let (proposal_id, proposal) = entry?;
            Ok(response(proposal_id, proposal, &config, env.block.height))
        })
        .collect::<StdResult<_>>()?;
    Ok(ProposalsResponse { proposals })
}

//! Members by address.

use cosmwasm_std::{Deps, Order, StdResult};
use cw_storage_plus::Bound;
use stoa_dao_types::{Member, MembersResponse};

use super::page_size;
use crate::state::MEMBERS;

/// One page.
pub fn members(
    deps: Deps<'_>,
    start_after: Option<&str>,
    limit: Option<u32>,
) -> StdResult<MembersResponse> {
    let start = start_after.map(|address| deps.api.addr_validate(address)).transpose()?;
    let members = MEMBERS
        .range(deps.storage, start.as_ref().map(Bound::exclusive), None, Order::Ascending)
        .take(page_size(limit))
        .map(|entry| entry.map(|(address, weight)| Member { address: address.into(), weight }))
        .collect::<StdResult<_>>()?;
    Ok(MembersResponse { members })
}

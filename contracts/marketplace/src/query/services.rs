//! All services by number.

use cosmwasm_std::{Deps, Order, StdResult};
use cw_storage_plus::Bound;
use stoa_marketplace_types::ServicesResponse;
use stoa_primitives::ServiceId;

use super::{page_size, service::response};
use crate::state::SERVICES;

/// One page.
pub fn services(
    deps: Deps<'_>,
    start_after: Option<ServiceId>,
    limit: Option<u32>,
) -> StdResult<ServicesResponse> {
    let services = SERVICES
        .range(deps.storage, start_after.map(Bound::exclusive), None, Order::Ascending)
        .take(page_size(limit))
        .map(|entry| entry.map(|(service_id, service)| response(service_id, service)))
        .collect::<StdResult<_>>()?;
    Ok(ServicesResponse { services })
}

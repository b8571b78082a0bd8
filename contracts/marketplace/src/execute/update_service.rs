//! Changes what a service asks. Open orders keep their terms: a job holds copies of them.

use cosmwasm_std::{DepsMut, MessageInfo, Response, Uint128};
use stoa_primitives::ServiceId;

use super::{
    close_service::load_own_service,
    register_service::{check_endpoint, check_price},
};
use crate::{ContractError, funds, state::SERVICES};

/// What may change; `None` stays.
pub struct Changes {
    /// New price of one job.
    pub price: Option<Uint128>,
    /// New endpoint.
    pub endpoint: Option<String>,
}

/// Only the provider, while the service is active.
pub fn update_service(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    service_id: ServiceId,
    changes: Changes,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    if changes.price.is_none() && changes.endpoint.is_none() {
        return Err(ContractError::NothingToUpdate {});
    }
    changes.price.map_or(Ok(()), check_price)?;
    changes.endpoint.as_deref().map_or(Ok(()), check_endpoint)?;
    let mut service = load_own_service(deps.storage, info, service_id)?;
    service.price = changes.price.unwrap_or(service.price);
    service.endpoint = changes.endpoint.unwrap_or(service.endpoint);
    SERVICES.save(deps.storage, service_id, &service)?;

    Ok(Response::new()
        .add_attribute("action", "update_service")
        .add_attribute("service_id", service_id.to_string())
        .add_attribute("price", service.price)
        .add_attribute("endpoint", service.endpoint))
}

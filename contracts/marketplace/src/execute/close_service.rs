//! Ends a service and returns its bond.

use cosmwasm_std::{BankMsg, DepsMut, MessageInfo, Response, Storage, Uint128, coins};
use stoa_primitives::ServiceId;

use crate::{
    ContractError, funds,
    state::{CONFIG, OBLIGATIONS, SERVICES, Service, load_service},
};

/// Only the provider, and only when the service owes nothing.
pub fn close_service(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    service_id: ServiceId,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    let mut service = load_own_service(deps.storage, info, service_id)?;
    if service.open_jobs > 0 {
        return Err(ContractError::OpenJobs { service_id, open_jobs: service.open_jobs });
    }

    let bond = std::mem::replace(&mut service.bond, Uint128::zero());
    service.is_active = false;
    SERVICES.save(deps.storage, service_id, &service)?;
    let mut obligations = OBLIGATIONS.load(deps.storage)?;
    obligations.bonded = obligations.bonded.checked_sub(bond)?;
    OBLIGATIONS.save(deps.storage, &obligations)?;

    let mut response = Response::new()
        .add_attribute("action", "close_service")
        .add_attribute("service_id", service_id.to_string())
        .add_attribute("bond", bond);
    if !bond.is_zero() {
        let denom = CONFIG.load(deps.storage)?.denom;
        let to_address = service.provider.into_string();
        response =
            response.add_message(BankMsg::Send { to_address, amount: coins(bond.u128(), denom) });
    }
    Ok(response)
}

/// The sender's service, while it is active.
pub fn load_own_service(
    storage: &dyn Storage,
    info: &MessageInfo,
    service_id: ServiceId,
) -> Result<Service, ContractError> {
    let service = load_service(storage, service_id)?;
    if service.provider != info.sender {
        return Err(ContractError::NotProvider { service_id });
    }
    if !service.is_active {
        return Err(ContractError::ServiceClosed { service_id });
    }
    Ok(service)
}

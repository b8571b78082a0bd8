//! One service.

use cosmwasm_std::{Deps, StdResult};
use stoa_marketplace_types::ServiceResponse;
use stoa_primitives::ServiceId;

use crate::state::{SERVICES, Service};

/// Fails where no service has the number.
pub fn service(deps: Deps<'_>, service_id: ServiceId) -> StdResult<ServiceResponse> {
    Ok(response(service_id, SERVICES.load(deps.storage, service_id)?))
}

/// The answer's shape.
pub fn response(service_id: ServiceId, service: Service) -> ServiceResponse {
    ServiceResponse {
        service_id,
        name: service.name,
        provider: service.provider.into_string(),
        model: service.model,
        semantics_version: service.semantics_version,
        price: service.price,
        endpoint: service.endpoint,
        receipt_key: service.receipt_key,
        bond: service.bond,
        royalty: service.royalty,
        open_jobs: service.open_jobs,
        is_active: service.is_active,
    }
}

//! Orders one job and puts its price in escrow.

use cosmwasm_std::{DepsMut, Empty, Env, MessageInfo, Response, Uint128, to_json_binary};
use stoa_marketplace_types::{JobStatus, MAX_DEADLINE_BLOCKS};
use stoa_primitives::{ContentHash, ServiceId};

use crate::{
    ContractError, funds,
    state::{
        CONFIG, JOBS, Job, LAST_JOB_ID, OBLIGATIONS, OPEN_JOBS, SERVICES, load_service, next_id,
    },
};

/// What a buyer asks for.
pub struct Request {
    /// The service.
    pub service_id: ServiceId,
    /// SHA-256 of the input document.
    pub input_hash: ContentHash,
    /// Blocks within which the provider must deliver.
    pub deadline_blocks: u64,
}

/// The attached funds equal the price, so that a price raised meanwhile cannot be charged.
pub fn order(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    request: &Request,
) -> Result<Response, ContractError> {
    let Request { service_id, input_hash, deadline_blocks } = *request;
    if !(1..=MAX_DEADLINE_BLOCKS).contains(&deadline_blocks) {
        return Err(ContractError::DeadlineBlocks { actual: deadline_blocks });
    }
    let config = CONFIG.load(deps.storage)?;
    let mut service = load_service(deps.storage, service_id)?;
    if !service.is_active {
        return Err(ContractError::ServiceClosed { service_id });
    }
    check_payment(service.price, funds::amount_of(info, &config.denom)?)?;

    let job_id = next_id(deps.storage, &LAST_JOB_ID)?;
    service.open_jobs += 1;
    SERVICES.save(deps.storage, service_id, &service)?;
    let job = Job {
        service_id,
        buyer: info.sender.clone(),
        provider: service.provider,
        model: service.model,
        semantics_version: service.semantics_version,
        receipt_key: service.receipt_key,
        input_hash,
        price: service.price,
        protocol_fee: config.protocol_fee,
        royalty: service.royalty,
        ordered_height: env.block.height,
        deadline_height: env.block.height + deadline_blocks,
        status: JobStatus::Ordered {},
    };
    JOBS.save(deps.storage, job_id, &job)?;
    OPEN_JOBS.save(deps.storage, (&job.provider, job_id), &Empty {})?;
    let mut obligations = OBLIGATIONS.load(deps.storage)?;
    obligations.escrowed = obligations.escrowed.checked_add(job.price)?;
    OBLIGATIONS.save(deps.storage, &obligations)?;

    Ok(Response::new()
        .set_data(to_json_binary(&job_id)?)
        .add_attribute("action", "order")
        .add_attribute("job_id", job_id.to_string())
        .add_attribute("service_id", service_id.to_string())
        .add_attribute("buyer", job.buyer)
        .add_attribute("provider", job.provider)
        .add_attribute("input_hash", input_hash.to_string())
        .add_attribute("deadline_height", job.deadline_height.to_string())
        .add_attribute("price", job.price))
}

fn check_payment(price: Uint128, paid: Uint128) -> Result<(), ContractError> {
    if paid < price {
        return Err(ContractError::Underpaid { price, paid });
    }
    if paid > price {
        return Err(ContractError::Overpaid { price, paid });
    }
    Ok(())
}

//! Returns the price of a job that was not delivered in time.

use cosmwasm_std::{BankMsg, DepsMut, Env, MessageInfo, Response, coins};
use stoa_marketplace_types::JobStatus;
use stoa_primitives::JobId;

use crate::{
    ContractError, funds,
    state::{CONFIG, end_job, load_job, name_of},
};

/// Anyone, from the first height after the deadline.
pub fn refund(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    job_id: JobId,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    let mut job = load_job(deps.storage, job_id)?;
    if job.status != (JobStatus::Ordered {}) {
        return Err(ContractError::NotOrdered { job_id, status: name_of(&job.status) });
    }
    let (deadline_height, height) = (job.deadline_height, env.block.height);
    if height <= deadline_height {
        return Err(ContractError::DeadlineNotPassed { deadline_height, height });
    }

    job.status = JobStatus::Refunded {};
    end_job(deps.storage, job_id, &job)?;

    let amount = coins(job.price.u128(), CONFIG.load(deps.storage)?.denom);
    Ok(Response::new()
        .add_message(BankMsg::Send { to_address: job.buyer.to_string(), amount })
        .add_attribute("action", "refund")
        .add_attribute("job_id", job_id.to_string())
        .add_attribute("service_id", job.service_id.to_string())
        .add_attribute("buyer", job.buyer)
        .add_attribute("price", job.price))
}

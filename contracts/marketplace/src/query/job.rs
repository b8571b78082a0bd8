//! One job.

use cosmwasm_std::{Deps, StdResult};
use stoa_marketplace_types::JobResponse;
use stoa_primitives::JobId;

use crate::state::{JOBS, Job};

/// Fails where no job has the number.
pub fn job(deps: Deps<'_>, job_id: JobId) -> StdResult<JobResponse> {
    Ok(response(job_id, JOBS.load(deps.storage, job_id)?))
}

/// The answer's shape.
pub fn response(job_id: JobId, job: Job) -> JobResponse {
    JobResponse {
        job_id,
        service_id: job.service_id,
        buyer: job.buyer.into_string(),
        provider: job.provider.into_string(),
        model: job.model,
        semantics_version: job.semantics_version,
        receipt_key: job.receipt_key,
        input_hash: job.input_hash,
        price: job.price,
        protocol_fee: job.protocol_fee,
        royalty: job.royalty,
        ordered_height: job.ordered_height,
        deadline_height: job.deadline_height,
        status: job.status,
    }
}

//! All jobs by number.

use cosmwasm_std::{Deps, Order, StdResult};
use cw_storage_plus::Bound;
use stoa_marketplace_types::JobsResponse;
use stoa_primitives::JobId;

use super::{job::response, page_size};
use crate::state::JOBS;

/// One page.
pub fn jobs(
    deps: Deps<'_>,
    start_after: Option<JobId>,
    limit: Option<u32>,
) -> StdResult<JobsResponse> {
    let jobs = JOBS
        .range(deps.storage, start_after.map(Bound::exclusive), None, Order::Ascending)
        .take(page_size(limit))
        .map(|entry| entry.map(|(job_id, job)| response(job_id, job)))
        .collect::<StdResult<_>>()?;
    Ok(JobsResponse { jobs })
}

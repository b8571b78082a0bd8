//! Jobs of one provider that have not ended.

use cosmwasm_std::{Deps, Order, StdResult};
use cw_storage_plus::Bound;
use stoa_marketplace_types::JobsResponse;
use stoa_primitives::JobId;

use super::{job::job, page_size};
use crate::state::OPEN_JOBS;

/// One page; the index makes its cost independent of how many jobs have ended.
pub fn open_jobs(
    deps: Deps<'_>,
    provider: &str,
    start_after: Option<JobId>,
    limit: Option<u32>,
) -> StdResult<JobsResponse> {
    let provider = deps.api.addr_validate(provider)?;
    let jobs = OPEN_JOBS
        .prefix(&provider)
        .keys(deps.storage, start_after.map(Bound::exclusive), None, Order::Ascending)
        .take(page_size(limit))
        .map(|job_id| job(deps, job_id?))
        .collect::<StdResult<_>>()?;
    Ok(JobsResponse { jobs })
}

//! From an order to a checked answer.

use std::sync::Arc;

use stoa_client::ContentStore;
use stoa_job::JobInput;
use stoa_marketplace_types::JobResponse;

use crate::{
    clients::Runner,
    error::RelayerError,
    plan::{Execution, check_execution},
};

/// Where the order stands: what a receipt must name.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub chain_id: String,
    pub marketplace: String,
}

/// Fetches the input, lets the runner work, and checks that the answer is this order's.
pub(super) async fn execute(
    place: Place,
    job: JobResponse,
    content: Arc<dyn ContentStore>,
    runner: Arc<dyn Runner>,
) -> Result<Execution, RelayerError> {
    let input = content.get(job.input_hash).await.map_err(RelayerError::Content)?;
    // Parsed here only to refuse what the runner would refuse, before it costs a queue place.
    JobInput::from_bytes(&input)?;
    let execution = runner.generate(&job, input).await?;
    check_execution(&place.chain_id, &place.marketplace, &job, &execution)?;
    Ok(execution)
}

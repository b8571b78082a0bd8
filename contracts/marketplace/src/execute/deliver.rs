//! Records the answer to a job.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use stoa_marketplace_types::JobStatus;
use stoa_receipt::Receipt;

use crate::{
    ContractError, funds,
    receipt::{Here, check_signature_form, check_statement},
    state::{CONFIG, JOBS, load_job, name_of},
};

/// Only the provider, up to and including the deadline, with a receipt that binds this very job.
pub fn deliver(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    receipt: Receipt,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    let job_id = receipt.statement.job_id;
    let mut job = load_job(deps.storage, job_id)?;
    if job.provider != info.sender {
        return Err(ContractError::NotProvider { service_id: job.service_id });
    }
    if job.status != (JobStatus::Ordered {}) {
        return Err(ContractError::NotOrdered { job_id, status: name_of(&job.status) });
    }
    let (deadline_height, height) = (job.deadline_height, env.block.height);
    if height > deadline_height {
        return Err(ContractError::DeadlinePassed { deadline_height, height });
    }
    let here = Here { chain_id: &env.block.chain_id, marketplace: env.contract.address.as_str() };
    check_statement(&receipt.statement, &job, &here)?;
    check_signature_form(&receipt)?;
    let digest = receipt.statement.digest();
    if !deps.api.secp256k1_verify(&digest, &receipt.signature, &job.receipt_key)? {
        return Err(ContractError::SignatureMismatch {});
    }

    let window = CONFIG.load(deps.storage)?.challenge_window_blocks;
    let settleable_height = height + window;
    let output_hash = receipt.statement.output_hash;
    job.status = JobStatus::Delivered { delivered_height: height, settleable_height, receipt };
    JOBS.save(deps.storage, job_id, &job)?;

    Ok(Response::new()
        .add_attribute("action", "deliver")
        .add_attribute("job_id", job_id.to_string())
        .add_attribute("service_id", job.service_id.to_string())
        .add_attribute("output_hash", output_hash.to_string())
        .add_attribute("settleable_height", settleable_height.to_string()))
}

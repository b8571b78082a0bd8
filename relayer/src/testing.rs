//! Jobs and answers for tests.

use cosmwasm_std::Uint128;
use k256::ecdsa::SigningKey;
use stoa_job::{FinishReason, JobInput, JobOutput, UncheckedJobInput};
use stoa_marketplace_types::{JobResponse, JobStatus};
use stoa_primitives::{BasisPoints, ContentHash, Height, JobId};
use stoa_receipt::{Statement, sign};

use crate::plan::Execution;

pub(crate) const CHAIN_ID: &str = "stoa-local-1";
pub(crate) const MARKETPLACE: &str = "stoa1market";
pub(crate) const PROVIDER: &str = "stoa1provider";

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

/// The document that job `job_id` orders.
pub(crate) fn input(job_id: JobId) -> Vec<u8> {
    let input = UncheckedJobInput {
        prompt: format!("prompt {job_id}"),
        max_new_tokens: 4,
        temperature_milli: 0,
        top_k: 0,
        seed: job_id,
        top_p_milli: 0,
    };
    input.check().and_then(|input: JobInput| input.to_bytes()).unwrap()
}

/// An open order.
pub(crate) fn job(job_id: JobId, ordered_height: Height, deadline_height: Height) -> JobResponse {
    JobResponse {
        job_id,
        service_id: 1,
        buyer: "stoa1buyer".to_owned(),
        provider: PROVIDER.to_owned(),
        model: ContentHash::sha256(b"model"),
        semantics_version: 1,
        receipt_key: key().verifying_key().to_encoded_point(true).as_bytes().into(),
        input_hash: ContentHash::sha256(&input(job_id)),
        price: Uint128::new(1_000),
        protocol_fee: BasisPoints::default(),
        royalty: BasisPoints::default(),
        ordered_height,
        deadline_height,
        status: JobStatus::Ordered {},
    }
}

/// What an honest runner answers.
pub(crate) fn execution(job: &JobResponse) -> Execution {
    let output = JobOutput {
        prompt_token_ids: vec![1],
        output_token_ids: vec![2, 3],
        text: format!("answer {}", job.job_id),
        finish_reason: FinishReason::Stop,
    }
    .to_bytes()
    .unwrap();
    let statement = Statement {
        chain_id: CHAIN_ID.to_owned(),
        marketplace: MARKETPLACE.to_owned(),
        job_id: job.job_id,
        model_root: job.model,
        semantics_version: job.semantics_version,
        input_hash: job.input_hash,
        output_hash: ContentHash::sha256(&output),
    };
    Execution { receipt: sign(statement, &key()).unwrap(), output: output.into() }
}

/// The same order, answered.
pub(crate) fn delivered(
    job_id: JobId,
    ordered_height: Height,
    deadline_height: Height,
    settleable_height: Height,
) -> JobResponse {
    let job = job(job_id, ordered_height, deadline_height);
    let receipt = execution(&job).receipt;
    let delivered_height = ordered_height + 1;
    JobResponse {
        status: JobStatus::Delivered { delivered_height, settleable_height, receipt },
        ..job
    }
}

/// The same order, paid out.
pub(crate) fn settled(
    job_id: JobId,
    ordered_height: Height,
    deadline_height: Height,
) -> JobResponse {
    let job = job(job_id, ordered_height, deadline_height);
    let receipt = execution(&job).receipt;
    let zero = Uint128::zero;
    let status =
        JobStatus::Settled { fee: zero(), royalty: zero(), provider_income: job.price, receipt };
    JobResponse { status, ..job }
}

//! From a generation to the signed result.

use stoa_engine::{FinishReason, Generation};
use stoa_job::{JobOutput, MAX_DOCUMENT_BYTES};
use stoa_primitives::ContentHash;
use stoa_proto::{JobKey, runner::v1};
use stoa_receipt::Statement;

use super::admission::Commitment;
use crate::{ReceiptKey, RunnerError};

/// Writes the output document and signs the receipt.
pub fn complete(
    key: &JobKey,
    commitment: Commitment,
    semantics_version: u32,
    generation: Generation,
    signer: &ReceiptKey,
) -> Result<v1::Completed, RunnerError> {
    let output = output_document(generation)?;
    let receipt = signer.sign(Statement {
        chain_id: key.chain_id.clone(),
        marketplace: key.marketplace.clone(),
        job_id: key.job_id,
        model_root: commitment.model_root,
        semantics_version,
        input_hash: commitment.input_hash,
        output_hash: ContentHash::sha256(&output),
    })?;
    Ok(v1::Completed { output, receipt: Some(receipt.into()) })
}

fn output_document(generation: Generation) -> Result<Vec<u8>, RunnerError> {
    let finish_reason = match generation.finish_reason {
        FinishReason::Stop => stoa_job::FinishReason::Stop,
        FinishReason::Length => stoa_job::FinishReason::Length,
        // Half an answer is never signed.
        FinishReason::Cancelled => return Err(RunnerError::Cancelled),
    };
    let document = JobOutput {
        prompt_token_ids: generation.prompt_token_ids,
        output_token_ids: generation.output_token_ids,
        text: generation.text,
        finish_reason,
    }
    .to_bytes()?;
    if document.len() > MAX_DOCUMENT_BYTES {
        return Err(RunnerError::OutputTooLong {
            actual_bytes: document.len(),
            limit_bytes: MAX_DOCUMENT_BYTES,
        });
    }
    Ok(document)
}

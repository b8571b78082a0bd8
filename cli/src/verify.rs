//! Does an answer hold against what the chain says, and against what the model says? Pure.

use serde::Serialize;
use stoa_engine::{Checker, EngineError, FinishReason, GenerationClaim, Sampler};
use stoa_job::{JobInput, JobOutput};
use stoa_marketplace_types::{JobResponse, JobStatus};
use stoa_primitives::ContentHash;
use stoa_receipt::{Receipt, verify};

/// One check and its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// What was compared.
    pub what: &'static str,
    /// The verdict.
    pub is_ok: bool,
    /// The value on the chain, or what the model says.
    pub expected: String,
}

/// The receipt of a delivered or settled job.
pub(crate) fn receipt_of(job: &JobResponse) -> Option<&Receipt> {
    match &job.status {
        JobStatus::Delivered { receipt, .. } | JobStatus::Settled { receipt, .. } => Some(receipt),
        JobStatus::Ordered {} | JobStatus::Refunded {} => None,
    }
}

/// Compares the bytes and the receipt with the order, its chain and its contract.
pub(crate) fn verify_answer(
    chain_id: &str,
    marketplace: &str,
    job: &JobResponse,
    receipt: &Receipt,
    output: &[u8],
) -> Vec<Check> {
    let statement = &receipt.statement;
    let check = |what, is_ok, expected: String| Check { what, is_ok, expected };
    vec![
        check(
            "output hash",
            ContentHash::sha256(output) == statement.output_hash,
            statement.output_hash.to_string(),
        ),
        check("input hash", statement.input_hash == job.input_hash, job.input_hash.to_string()),
        check("model", statement.model_root == job.model, job.model.to_string()),
        check(
            "semantics version",
            statement.semantics_version == job.semantics_version,
            job.semantics_version.to_string(),
        ),
        check("job", statement.job_id == job.job_id, job.job_id.to_string()),
        check("chain", statement.chain_id == chain_id, chain_id.to_owned()),
        check("marketplace", statement.marketplace == marketplace, marketplace.to_owned()),
        check(
            "signature",
            verify(receipt, &job.receipt_key).is_ok(),
            hex::encode(job.receipt_key.as_slice()),
        ),
    ]
}

/// Computes the answer again, as one pass over prompt and answer.
pub(crate) fn verify_generation(
    checker: &mut Checker,
    job: &JobResponse,
    input: &JobInput,
    output: &JobOutput,
) -> Result<Vec<Check>, EngineError> {
    let model_root = checker.model().model_root;
    let mut checks = vec![Check {
        what: "model folder",
        is_ok: model_root == job.model,
        expected: job.model.to_string(),
    }];
    if model_root != job.model {
        return Ok(checks);
    }
    let fields = input.fields();
    let prompt = checker.encode(&fields.prompt)?.unwrap_or_default();
    checks.push(Check {
        what: "prompt tokens",
        is_ok: prompt == output.prompt_token_ids,
        expected: format!("{} ids", prompt.len()),
    });
    let finish_reason = match output.finish_reason {
        stoa_job::FinishReason::Stop => FinishReason::Stop,
        stoa_job::FinishReason::Length => FinishReason::Length,
    };
    let found = checker.check(&GenerationClaim {
        prompt_token_ids: &prompt,
        output_token_ids: &output.output_token_ids,
        sampler: Sampler {
            temperature_milli: fields.temperature_milli,
            top_k: fields.top_k,
            top_p_milli: fields.top_p_milli,
            seed: fields.seed,
        },
        max_new_tokens: fields.max_new_tokens,
        finish_reason,
    })?;
    checks.push(Check {
        what: "tokens",
        is_ok: found.is_none(),
        expected: match found {
            Some(divergence) => divergence.to_string(),
            None => format!("{} ids", output.output_token_ids.len()),
        },
    });
    let text = checker.decode(&output.output_token_ids)?.unwrap_or_default();
    checks.push(Check { what: "text", is_ok: text == output.text, expected: text });
    Ok(checks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::Uint128;
    use k256::ecdsa::SigningKey;
    use std::ops::ControlFlow;
    use stoa_engine::{BackendKind, Engine, GenerateRequest};
    use stoa_job::UncheckedJobInput;
    use stoa_primitives::BasisPoints;
    use stoa_receipt::{Statement, sign};

    const OUTPUT: &[u8] = b"output";

    fn answered() -> (JobResponse, Receipt) {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let hash = ContentHash::sha256;
        let statement = Statement {
            chain_id: "stoa-local-1".to_owned(),
            marketplace: "stoa1market".to_owned(),
            job_id: 1,
            model_root: hash(b"model"),
            semantics_version: 1,
            input_hash: hash(b"input"),
            output_hash: hash(OUTPUT),
        };
        let receipt = sign(statement, &key).unwrap();
        let job = JobResponse {
            job_id: 1,
            service_id: 1,
            buyer: "stoa1buyer".to_owned(),
            provider: "stoa1provider".to_owned(),
            model: hash(b"model"),
            semantics_version: 1,
            receipt_key: key.verifying_key().to_encoded_point(true).as_bytes().into(),
            input_hash: hash(b"input"),
            price: Uint128::new(5),
            protocol_fee: BasisPoints::default(),
            royalty: BasisPoints::default(),
            ordered_height: 1,
            deadline_height: 9,
            status: JobStatus::Delivered {
                delivered_height: 2,
                settleable_height: 4,
                receipt: receipt.clone(),
            },
        };
        (job, receipt)
    }

    fn failed(
        chain_id: &str,
        job: &JobResponse,
        receipt: &Receipt,
        output: &[u8],
    ) -> Vec<&'static str> {
        let checks = verify_answer(chain_id, "stoa1market", job, receipt, output);
        checks.iter().filter(|check| !check.is_ok).map(|check| check.what).collect()
    }

    #[test]
    fn an_honest_answer_passes_every_check() {
        let (job, receipt) = answered();
        assert_eq!(receipt_of(&job), Some(&receipt));
        assert!(failed("stoa-local-1", &job, &receipt, OUTPUT).is_empty());
    }

    #[test]
    fn each_forgery_fails_its_own_check() {
        let (job, receipt) = answered();
        assert_eq!(failed("stoa-local-1", &job, &receipt, b"forged"), ["output hash"]);
        assert_eq!(failed("stoa-2", &job, &receipt, OUTPUT), ["chain"]);
        let mut forged = receipt.clone();
        forged.statement.output_hash = ContentHash::sha256(b"forged");
        assert_eq!(failed("stoa-local-1", &job, &forged, b"forged"), ["signature"]);
        let mut other_key = job;
        other_key.receipt_key = vec![2; 33].into();
        assert_eq!(failed("stoa-local-1", &other_key, &receipt, OUTPUT), ["signature"]);
    }

    /// An answer of the shipped model to a prompt.
    fn generated() -> (Checker, JobResponse, JobInput, JobOutput) {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/stoa-rustdoc-2M");
        let dir = std::path::Path::new(dir);
        let fields = UncheckedJobInput {
            prompt: "Returns the number of".to_owned(),
            max_new_tokens: 6,
            temperature_milli: 700,
            top_k: 20,
            seed: 3,
            top_p_milli: 900,
        };
        let request = GenerateRequest {
            prompt: fields.prompt.clone(),
            max_new_tokens: 6,
            sampler: Sampler { temperature_milli: 700, top_k: 20, top_p_milli: 900, seed: 3 },
        };
        let engine = Engine::load(dir, BackendKind::Cpu).unwrap();
        let answer = engine.generate(&request, &mut |_| ControlFlow::Continue(())).unwrap();
        let output = JobOutput {
            prompt_token_ids: answer.prompt_token_ids,
            output_token_ids: answer.output_token_ids,
            text: answer.text,
            finish_reason: match answer.finish_reason {
                FinishReason::Stop => stoa_job::FinishReason::Stop,
                _ => stoa_job::FinishReason::Length,
            },
        };
        let mut job = answered().0;
        job.model = engine.model().model_root;
        (Checker::load(dir).unwrap(), job, fields.check().unwrap(), output)
    }

    #[test]
    fn an_answer_is_computed_again_and_each_lie_fails_its_own_check() {
        let (mut checker, job, input, honest) = generated();
        let mut failed = |job: &JobResponse, output: &JobOutput| -> Vec<&'static str> {
            let checks = verify_generation(&mut checker, job, &input, output).unwrap();
            checks.iter().filter(|check| !check.is_ok).map(|check| check.what).collect()
        };
        assert!(failed(&job, &honest).is_empty());
        let mut lie = honest.clone();
        lie.output_token_ids[4] ^= 1;
        assert_eq!(failed(&job, &lie), ["tokens", "text"]);
        let mut lie = honest.clone();
        lie.prompt_token_ids.pop();
        assert_eq!(failed(&job, &lie), ["prompt tokens"]);
        let mut lie = honest.clone();
        lie.text.push('!');
        assert_eq!(failed(&job, &lie), ["text"]);
        let mut lie = honest.clone();
        lie.output_token_ids.pop();
        assert!(failed(&job, &lie).contains(&"tokens"));
        assert_eq!(failed(&answered().0, &honest), ["model folder"]);
    }
}

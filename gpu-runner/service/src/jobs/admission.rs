//! Pure decisions about an order: what it commits to, and what to do with it.

use stoa_engine::{Sampler, SequenceRequest};
use stoa_job::{DocumentError, JobInput, MAX_DOCUMENT_BYTES};
use stoa_primitives::ContentHash;
use stoa_proto::{ConversionError, JobKey, content_hash, runner::v1};

use crate::{InferencePort, RunnerError, store::JobRecord};

/// What an order fixes about its execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// SHA-256 of the input document.
    pub input_hash: ContentHash,
    /// Root of the model.
    pub model_root: ContentHash,
}

/// An order whose input is the one that it commits to.
#[derive(Clone, Debug)]
pub struct Order {
    /// The job.
    pub key: JobKey,
    /// What it fixes.
    pub commitment: Commitment,
    /// The input document.
    pub input: Vec<u8>,
}

impl TryFrom<v1::GenerateRequest> for Order {
    type Error = RunnerError;

    fn try_from(request: v1::GenerateRequest) -> Result<Self, RunnerError> {
        let key = JobKey::try_from(request.job)?;
        let commitment = Commitment {
            input_hash: content_hash("input_hash", &request.input_hash)?,
            model_root: content_hash("model_root", &request.model_root)?,
        };
        if request.input.len() > MAX_DOCUMENT_BYTES {
            return Err(RunnerError::Document(DocumentError::TooLong {
                actual_bytes: request.input.len(),
                limit_bytes: MAX_DOCUMENT_BYTES,
            }));
        }
        let actual = ContentHash::sha256(&request.input);
        if actual != commitment.input_hash {
            return Err(RunnerError::InputHash { actual, ordered: commitment.input_hash });
        }
        Ok(Self { key, commitment, input: request.input })
    }
}

impl TryFrom<&JobRecord> for Commitment {
    type Error = ConversionError;

    fn try_from(record: &JobRecord) -> Result<Self, ConversionError> {
        Ok(Self {
            input_hash: content_hash("input_hash", &record.input_hash)?,
            model_root: content_hash("model_root", &record.model_root)?,
        })
    }
}

/// Refuses an order that differs from the first one under its key.
pub fn same_order(known: Commitment, given: Commitment) -> Result<(), RunnerError> {
    let fields = [
        ("input_hash", known.input_hash, given.input_hash),
        ("model_root", known.model_root, given.model_root),
    ];
    for (field, known, given) in fields {
        if known != given {
            return Err(RunnerError::OtherOrder { field, known, given });
        }
    }
    Ok(())
}

/// The question that an order asks of its model.
pub fn question(order: &Order, port: &dyn InferencePort) -> Result<SequenceRequest, RunnerError> {
    request_of(&JobInput::from_bytes(&order.input)?, port)
}

/// A checked document as the engine takes it.
pub fn request_of(
    input: &JobInput,
    port: &dyn InferencePort,
) -> Result<SequenceRequest, RunnerError> {
    let fields = input.fields();
    Ok(SequenceRequest {
        prompt_token_ids: port.encode(&fields.prompt, false)?,
        max_new_tokens: fields.max_new_tokens,
        sampler: Sampler {
            temperature_milli: fields.temperature_milli,
            top_k: fields.top_k,
            top_p_milli: fields.top_p_milli,
            seed: fields.seed,
        },
    })
}

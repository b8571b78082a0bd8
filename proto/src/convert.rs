//! Wire types to domain types and back.

use stoa_primitives::{ContentHash, HASH_BYTES, JobId};
use stoa_receipt::{Receipt, SIGNATURE_BYTES, Statement};

use crate::runner::v1;

/// Longest chain id in bytes (CometBFT's limit).
pub const MAX_CHAIN_ID_BYTES: usize = 50;
/// Longest contract address in bytes (a bech32 address of 32 bytes has 63 characters with `stoa`).
pub const MAX_MARKETPLACE_BYTES: usize = 128;

/// One order on one chain, with every field within its bound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobKey {
    /// Chain that holds the order.
    pub chain_id: String,
    /// Contract that holds the order.
    pub marketplace: String,
    /// Number of the order, counted from 1.
    pub job_id: JobId,
}

/// Why a message is not a domain value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// A message field is absent.
    #[error("{field} is missing")]
    Missing {
        /// Name of the field.
        field: &'static str,
    },
    /// A text or byte field has a wrong length.
    #[error("{field} has {actual_bytes} bytes, it must have {minimum_bytes} to {maximum_bytes}")]
    Length {
        /// Name of the field.
        field: &'static str,
        /// Length found, in bytes.
        actual_bytes: usize,
        /// Shortest accepted length, in bytes.
        minimum_bytes: usize,
        /// Longest accepted length, in bytes.
        maximum_bytes: usize,
    },
    /// Jobs are counted from 1.
    #[error("job_id is 0, jobs are counted from 1")]
    JobIdZero,
}

fn length(
    field: &'static str,
    actual_bytes: usize,
    minimum_bytes: usize,
    maximum_bytes: usize,
) -> Result<(), ConversionError> {
    if (minimum_bytes..=maximum_bytes).contains(&actual_bytes) {
        return Ok(());
    }
    Err(ConversionError::Length { field, actual_bytes, minimum_bytes, maximum_bytes })
}

/// The hash in a `bytes` field; `field` names it in the error.
pub fn content_hash(field: &'static str, bytes: &[u8]) -> Result<ContentHash, ConversionError> {
    let wrong_length = |_| ConversionError::Length {
        field,
        actual_bytes: bytes.len(),
        minimum_bytes: HASH_BYTES,
        maximum_bytes: HASH_BYTES,
    };
    Ok(ContentHash::new(bytes.try_into().map_err(wrong_length)?))
}

impl TryFrom<v1::JobKey> for JobKey {
    type Error = ConversionError;

    fn try_from(key: v1::JobKey) -> Result<Self, Self::Error> {
        length("chain_id", key.chain_id.len(), 1, MAX_CHAIN_ID_BYTES)?;
        length("marketplace", key.marketplace.len(), 1, MAX_MARKETPLACE_BYTES)?;
        if key.job_id == 0 {
            return Err(ConversionError::JobIdZero);
        }
        Ok(Self { chain_id: key.chain_id, marketplace: key.marketplace, job_id: key.job_id })
    }
}

impl TryFrom<Option<v1::JobKey>> for JobKey {
    type Error = ConversionError;

    fn try_from(key: Option<v1::JobKey>) -> Result<Self, Self::Error> {
        key.ok_or(ConversionError::Missing { field: "job" })?.try_into()
    }
}

impl From<JobKey> for v1::JobKey {
    fn from(key: JobKey) -> Self {
        Self { chain_id: key.chain_id, marketplace: key.marketplace, job_id: key.job_id }
    }
}

impl TryFrom<v1::Receipt> for Receipt {
    type Error = ConversionError;

    fn try_from(receipt: v1::Receipt) -> Result<Self, Self::Error> {
        let key = JobKey::try_from(receipt.job)?;
        length("signature", receipt.signature.len(), SIGNATURE_BYTES, SIGNATURE_BYTES)?;
        Ok(Self {
            statement: Statement {
                chain_id: key.chain_id,
                marketplace: key.marketplace,
                job_id: key.job_id,
                model_root: content_hash("model_root", &receipt.model_root)?,
                semantics_version: receipt.semantics_version,
                input_hash: content_hash("input_hash", &receipt.input_hash)?,
                output_hash: content_hash("output_hash", &receipt.output_hash)?,
            },
            signature: receipt.signature.into(),
        })
    }
}

impl From<Receipt> for v1::Receipt {
    fn from(receipt: Receipt) -> Self {
        let Receipt { statement, signature } = receipt;
        Self {
            job: Some(v1::JobKey {
                chain_id: statement.chain_id,
                marketplace: statement.marketplace,
                job_id: statement.job_id,
            }),
            model_root: statement.model_root.as_bytes().to_vec(),
            semantics_version: statement.semantics_version,
            input_hash: statement.input_hash.as_bytes().to_vec(),
            output_hash: statement.output_hash.as_bytes().to_vec(),
            signature: signature.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests;

//! Encoding and decoding shared by both documents.

use serde::{Serialize, de::DeserializeOwned};

/// Longest document, in bytes, that a party accepts (1 MiB).
pub const MAX_DOCUMENT_BYTES: usize = 1 << 20;

/// Why a document is refused.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The document is longer than a party accepts.
    #[error("the document has {actual_bytes} bytes, the limit is {limit_bytes}")]
    TooLong {
        /// Length found, in bytes.
        actual_bytes: usize,
        /// [`MAX_DOCUMENT_BYTES`].
        limit_bytes: usize,
    },
    /// The bytes are not the expected JSON.
    #[error("the document is not valid: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A field is outside its range.
    #[error("{field} is {actual}, it must be between {minimum} and {maximum}")]
    OutOfRange {
        /// Name of the field.
        field: &'static str,
        /// Value found.
        actual: u64,
        /// Smallest accepted value.
        minimum: u64,
        /// Largest accepted value.
        maximum: u64,
    },
}

pub(crate) fn encode<T: Serialize>(document: &T) -> Result<Vec<u8>, DocumentError> {
    Ok(serde_json::to_vec(document)?)
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DocumentError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(DocumentError::TooLong {
            actual_bytes: bytes.len(),
            limit_bytes: MAX_DOCUMENT_BYTES,
        });
    }
    Ok(serde_json::from_slice(bytes)?)
}

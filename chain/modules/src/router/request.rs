//! Bytes to messages and to requests of queries.

use cosmos_sdk_proto::Any;
use prost::Message;

use super::{QueryError, RouteError};
use crate::core::ModuleError;

/// Reads the message that its type URL has led here; bytes that are none are refused with code 2.
pub(crate) fn read_message<M: Message + Default>(message: &Any) -> Result<M, ModuleError> {
    let malformed = |_| RouteError::Malformed { type_url: message.type_url.clone() };
    Ok(M::decode(message.value.as_slice()).map_err(malformed)?)
}

/// Reads a request; bytes that are none are refused with the reason (code 18).
pub(crate) fn read_request<M: Message + Default>(data: &[u8]) -> Result<M, QueryError> {
    M::decode(data).map_err(QueryError::invalid)
}

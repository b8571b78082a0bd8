//! Requests of queries.

use prost::Message;

use super::QueryError;

/// Reads a request; bytes that are none are refused with the reason (code 18).
pub(crate) fn read_request<M: Message + Default>(data: &[u8]) -> Result<M, QueryError> {
    M::decode(data).map_err(QueryError::invalid)
}

//! What the interfaces need from the application.

use stoa_app::{App, QueryRequest};

/// Why the application does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryRefusal {
    /// ABCI codespace.
    pub codespace: String,
    /// ABCI code, not zero.
    pub code: u32,
    /// For people, and for clients that look for the SDK's wording.
    pub log: String,
}

/// Answers queries from committed state. Called on threads that may block, several at once.
pub trait QueryPort: Send + Sync {
    /// Answers the gRPC path `path` with protobuf bytes, and the height at which that is true. Height
    /// zero asks for the last committed height.
    fn query(&self, path: &str, data: &[u8], height: u64) -> Result<(Vec<u8>, u64), QueryRefusal>;
}

impl QueryPort for App {
    fn query(&self, path: &str, data: &[u8], height: u64) -> Result<(Vec<u8>, u64), QueryRefusal> {
        let request = QueryRequest {
            path: path.to_owned(),
            data: data.to_vec(),
            // Heights beyond the signed range do not exist; the application says so.
            height: i64::try_from(height).unwrap_or(i64::MAX),
            prove: false,
        };
        let response = Self::query(self, &request);
        if response.code == 0 {
            return Ok((response.value, response.height));
        }
        let (codespace, code, log) = (response.codespace, response.code, response.log);
        Err(QueryRefusal { codespace, code, log })
    }
}

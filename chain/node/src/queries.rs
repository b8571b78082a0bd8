//! The application as gRPC and REST see it.

use std::sync::Arc;

use stoa_api::QueryPort;
use stoa_app::{App, QueryRequest};
use stoa_modules::ModuleError;

/// Answers from committed heights.
pub(crate) struct Queries(pub(crate) Arc<App>);

impl QueryPort for Queries {
    fn query(&self, path: &str, data: &[u8], height: u64) -> Result<(Vec<u8>, u64), ModuleError> {
        let height = i64::try_from(height).unwrap_or(i64::MAX);
        let (path, data) = (path.to_owned(), data.to_vec());
        let answer = self.0.ask(&QueryRequest { path, data, height, prove: false })?;
        Ok((answer.value, answer.height))
    }
}

//! Bounds of the interfaces.

use std::time::Duration;

/// Longest request body in bytes: a transaction of 1 MiB in base64 and JSON.
pub const MAX_REQUEST_BYTES: usize = 2 * 1024 * 1024;
/// Longest path and query string of a REST request in bytes.
pub const MAX_URI_BYTES: usize = 64 * 1024;
/// Queries of the application that run at once; others wait.
pub const MAX_CONCURRENT_QUERIES: usize = 16;
/// Longest that a request may wait for its turn, and for CometBFT.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Most transactions of one search result.
pub const MAX_SEARCH_PAGE: u8 = 100;

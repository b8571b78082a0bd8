//! Bounds of the interfaces.

use std::{num::NonZero, thread, time::Duration};

/// Longest request in bytes: a transaction of 1 MiB in base64 and JSON.
pub const MAX_REQUEST_BYTES: usize = 2 * 1024 * 1024;
/// Longest answer over gRPC in bytes: a block of the largest size that CometBFT allows, twice.
pub const MAX_RESPONSE_BYTES: usize = 256 * 1024 * 1024;
/// Longest path and query string of a REST request in bytes.
pub const MAX_URI_BYTES: usize = 64 * 1024;
/// Requests that are answered or wait for their turn; further ones are refused at once.
pub const MAX_REQUESTS_IN_FLIGHT: usize = 512;
/// Queries of the application that compute at once, on a machine with many cores; others wait.
pub const MAX_CONCURRENT_QUERIES: usize = 16;
/// Longest that a request may wait for its turn, and for CometBFT.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Most transactions of one search result, and most validators on a page: CometBFT's own limit.
pub const MAX_SEARCH_PAGE: u8 = 100;
/// Most transactions that are shown of one block: the SDK's page.
pub const MAX_BLOCK_TXS_PAGE: usize = 100;

/// Queries of the application that compute at once here: half of the cores stay free for consensus.
pub fn concurrent_queries() -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    (cores / 2).clamp(1, MAX_CONCURRENT_QUERIES)
}

//! Questions, one a file.

pub mod config;
pub mod job;
pub mod jobs;
pub mod obligations;
pub mod open_jobs;
pub mod service;
pub mod services;

use stoa_marketplace_types::MAX_PAGE;

/// Page size where none is given.
const DEFAULT_PAGE: u32 = 30;

/// Number of entries of a page.
fn page_size(limit: Option<u32>) -> usize {
    limit.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE) as usize
}

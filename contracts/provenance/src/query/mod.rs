//! Questions, one a file.

pub mod asset;
pub mod assets;
pub mod children;
pub mod claimable;
pub mod config;

use stoa_provenance_types::MAX_PAGE;

/// Page size where none is given.
const DEFAULT_PAGE: u32 = 30;

/// Number of entries of a page.
fn page_size(limit: Option<u32>) -> usize {
    limit.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE) as usize
}

//! The content store: trait, real and fake live in `stoa-client`, for buyers use them too.

use std::sync::Arc;

use crate::error::RelayerError;

pub use stoa_client::ContentStore;

/// Opens the store at `url` (`file:///folder` or `s3://bucket/prefix?endpoint=…&region=…`).
pub fn open_content(url: &str) -> Result<Arc<dyn ContentStore>, RelayerError> {
    stoa_client::open(url).map_err(RelayerError::Startup)
}

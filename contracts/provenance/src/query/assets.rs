//! All assets by hash.

use cosmwasm_std::{Deps, Order, StdResult};
use cw_storage_plus::Bound;
use stoa_primitives::ContentHash;
use stoa_provenance_types::AssetsResponse;

use super::{asset::response, page_size};
use crate::state::{ACCOUNTS, ASSETS};

/// One page.
pub fn assets(
    deps: Deps<'_>,
    start_after: Option<ContentHash>,
    limit: Option<u32>,
) -> StdResult<AssetsResponse> {
    let start = start_after.map(|hash| Bound::exclusive(*hash.as_bytes()));
    let assets = ASSETS
        .range(deps.storage, start, None, Order::Ascending)
        .take(page_size(limit))
        .map(|entry| {
            let (key, asset) = entry?;
            let account = ACCOUNTS.load(deps.storage, key)?;
            Ok(response(ContentHash::new(key), asset, account))
        })
        .collect::<StdResult<_>>()?;
    Ok(AssetsResponse { assets })
}

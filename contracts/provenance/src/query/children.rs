//! What is derived from an asset, and what each child owes it.

use cosmwasm_std::{Deps, Order, StdResult};
use cw_storage_plus::Bound;
use stoa_primitives::ContentHash;
use stoa_provenance_types::{ChildResponse, ChildrenResponse};

use super::page_size;
use crate::{
    lineage::parent_earned,
    state::{ACCOUNTS, EDGES},
};

/// One page.
pub fn children(
    deps: Deps<'_>,
    parent: ContentHash,
    start_after: Option<ContentHash>,
    limit: Option<u32>,
) -> StdResult<ChildrenResponse> {
    let start = start_after.map(|hash| Bound::exclusive(*hash.as_bytes()));
    let children = EDGES
        .prefix(parent.as_bytes())
        .range(deps.storage, start, None, Order::Ascending)
        .take(page_size(limit))
        .map(|entry| {
            let (child, edge) = entry?;
            let received = ACCOUNTS.load(deps.storage, child)?.received;
            let earned = parent_earned(received, edge.share);
            Ok(ChildResponse {
                content_hash: ContentHash::new(child),
                collectable: earned.checked_sub(edge.collected)?,
            })
        })
        .collect::<StdResult<_>>()?;
    Ok(ChildrenResponse { children })
}

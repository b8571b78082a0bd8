//! One asset.

use cosmwasm_std::{Deps, StdResult};
use stoa_primitives::ContentHash;
use stoa_provenance_types::{AssetResponse, ParentResponse};

use crate::state::{ACCOUNTS, ASSETS, Account, Asset};

/// Fails where nobody registered the hash.
pub fn asset(deps: Deps<'_>, content_hash: ContentHash) -> StdResult<AssetResponse> {
    let asset = ASSETS.load(deps.storage, *content_hash.as_bytes())?;
    let account = ACCOUNTS.load(deps.storage, *content_hash.as_bytes())?;
    Ok(response(content_hash, asset, account))
}

/// The answer's shape.
pub fn response(content_hash: ContentHash, asset: Asset, account: Account) -> AssetResponse {
    let parent = |parent: crate::state::Parent| ParentResponse {
        content_hash: parent.content_hash,
        share: parent.share,
    };
    AssetResponse {
        content_hash,
        kind: asset.kind,
        name: asset.name,
        license: asset.license,
        owner: asset.owner.into_string(),
        parents: asset.parents.into_iter().map(parent).collect(),
        royalty: asset.royalty,
        registered_height: asset.registered_height,
        received: account.received,
        claimed: account.claimed,
    }
}

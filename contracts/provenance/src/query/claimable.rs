//! What an owner could claim now.

use cosmwasm_std::{Deps, StdResult};
use stoa_primitives::ContentHash;
use stoa_provenance_types::ClaimableResponse;

use crate::{
    lineage::owner_earned,
    state::{ACCOUNTS, ASSETS},
};

/// Fails where nobody registered the hash.
pub fn claimable(deps: Deps<'_>, content_hash: ContentHash) -> StdResult<ClaimableResponse> {
    let asset = ASSETS.load(deps.storage, *content_hash.as_bytes())?;
    let account = ACCOUNTS.load(deps.storage, *content_hash.as_bytes())?;
    let earned = owner_earned(account.received, asset.sum_of_shares()?);
    Ok(ClaimableResponse { amount: earned.checked_sub(account.claimed)? })
}

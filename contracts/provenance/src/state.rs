//! What is stored. Keys equal the names of the constants.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, StdError, StdResult, Storage, Uint128};
use cw_storage_plus::{Item, Map};
use stoa_primitives::{BasisPoints, ContentHash, Height};
use stoa_provenance_types::AssetKind;

use crate::{ContractError, lineage::sum_of_shares};

/// A [`ContentHash`] as a storage key.
pub type HashKey = [u8; stoa_primitives::HASH_BYTES];

/// Fixed at instantiation.
#[cw_serde]
pub struct Config {
    /// The denomination of income.
    pub denom: String,
}

/// What was registered; never changes.
#[cw_serde]
pub struct Asset {
    /// Dataset or model.
    pub kind: AssetKind,
    /// Human-readable name.
    pub name: String,
    /// SPDX licence expression.
    pub license: String,
    /// Who may claim.
    pub owner: Addr,
    /// What it is derived from, with each parent's share.
    pub parents: Vec<Parent>,
    /// Share of everything derived from it later.
    pub royalty: BasisPoints,
    /// When it was registered.
    pub registered_height: Height,
}

impl Asset {
    /// The part of its income that its parents own; registration bounds it to the whole.
    pub fn sum_of_shares(&self) -> StdResult<BasisPoints> {
        sum_of_shares(self.parents.iter().map(|parent| parent.share))
            .map_err(|sum| StdError::generic_err(format!("stored shares sum to {sum}")))
    }
}

/// One edge upwards.
#[cw_serde]
pub struct Parent {
    /// The parent.
    pub content_hash: ContentHash,
    /// Its royalty when the child was registered.
    pub share: BasisPoints,
}

/// An asset's money; apart from [`Asset`] so that a payment rewrites 100 bytes only.
#[cw_serde]
#[derive(Default)]
pub struct Account {
    /// All income so far: payments and collected royalties. Only grows.
    pub received: Uint128,
    /// Paid to the owner so far. Only grows.
    pub claimed: Uint128,
}

/// One edge's money.
#[cw_serde]
pub struct Edge {
    /// The parent's part of the child's income.
    pub share: BasisPoints,
    /// Moved to the parent's account so far. Only grows.
    pub collected: Uint128,
}

/// Configuration.
pub const CONFIG: Item<Config> = Item::new("CONFIG");
/// Assets by hash.
pub const ASSETS: Map<HashKey, Asset> = Map::new("ASSETS");
/// Accounts by hash; one for every asset.
pub const ACCOUNTS: Map<HashKey, Account> = Map::new("ACCOUNTS");
/// Edges by (parent, child).
pub const EDGES: Map<(&[u8], HashKey), Edge> = Map::new("EDGES");

/// The asset, or [`ContractError::UnknownAsset`].
pub fn load_asset(storage: &dyn Storage, hash: ContentHash) -> Result<Asset, ContractError> {
    let asset = ASSETS.may_load(storage, *hash.as_bytes())?;
    asset.ok_or(ContractError::UnknownAsset { content_hash: hash })
}

/// The asset's account, or [`ContractError::UnknownAsset`].
pub fn load_account(storage: &dyn Storage, hash: ContentHash) -> Result<Account, ContractError> {
    let account = ACCOUNTS.may_load(storage, *hash.as_bytes())?;
    account.ok_or(ContractError::UnknownAsset { content_hash: hash })
}

/// Writes the asset's account.
pub fn save_account(
    storage: &mut dyn Storage,
    hash: ContentHash,
    account: &Account,
) -> StdResult<()> {
    ACCOUNTS.save(storage, *hash.as_bytes(), account)
}

//! Messages of the provenance contract.
//!
//! An asset is named by the SHA-256 of its content. A derived asset lists its parents; each parent's
//! `royalty` is the part of every income of the child that belongs to the parent (W3C PROV:
//! `wasDerivedFrom`). Income stays in the contract until its owner pulls it.

#![deny(clippy::float_arithmetic)]

use cosmwasm_schema::{QueryResponses, cw_serde};
use cosmwasm_std::Uint128;
use stoa_primitives::{BasisPoints, ContentHash, Height};

/// Most parents one asset may list.
pub const MAX_PARENTS: usize = 16;
/// Longest name of an asset in bytes.
pub const MAX_NAME_BYTES: usize = 128;
/// Longest SPDX licence expression in bytes.
pub const MAX_LICENSE_BYTES: usize = 64;
/// Most edges that one `Claim` collects on the way.
pub const MAX_COLLECTED_CHILDREN: usize = 32;
/// Largest page of a list query.
pub const MAX_PAGE: u32 = 100;

/// Sets up the registry.
#[cw_serde]
pub struct InstantiateMsg {
    /// The one denomination in which income is paid, e.g. `ustoa`.
    pub denom: String,
}

/// What an asset is.
#[cw_serde]
#[derive(Copy)]
pub enum AssetKind {
    /// A collection of data that models are trained on.
    Dataset,
    /// A trained model.
    Model,
}

/// What can be done.
#[cw_serde]
pub enum ExecuteMsg {
    /// Registers an asset; the sender becomes its owner.
    ///
    /// Refused: a hash that is registered, an unknown parent, the asset as its own ancestor, a parent
    /// listed twice, and parents whose royalties sum to more than 100 %.
    Register {
        /// SHA-256 that names the asset (for a model: the runner's model root).
        content_hash: ContentHash,
        /// Dataset or model.
        kind: AssetKind,
        /// Human-readable name, 1 to [`MAX_NAME_BYTES`] bytes.
        name: String,
        /// SPDX licence expression, e.g. `MIT OR Apache-2.0`.
        license: String,
        /// Assets that this one is derived from, at most [`MAX_PARENTS`].
        parents: Vec<ContentHash>,
        /// Part of the income of anything derived from (or served from) this asset that belongs to it.
        royalty: BasisPoints,
    },
    /// Pays the attached funds (one coin of the contract's denomination) to an asset: O(1).
    Pay {
        /// The asset that earned.
        asset: ContentHash,
    },
    /// Moves what `child` owes to `parent` into the parent's account; anyone may call.
    Collect {
        /// The derived asset.
        child: ContentHash,
        /// One of its parents.
        parent: ContentHash,
    },
    /// Pays the owner everything that the asset has earned, after collecting from the listed children.
    Claim {
        /// The asset; only its owner may claim.
        asset: ContentHash,
        /// Children to collect from first, at most [`MAX_COLLECTED_CHILDREN`].
        collect_from: Vec<ContentHash>,
    },
}

/// What can be asked.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// The contract's configuration.
    #[returns(ConfigResponse)]
    Config {},
    /// One asset.
    #[returns(AssetResponse)]
    Asset {
        /// Its hash.
        content_hash: ContentHash,
    },
    /// All assets in the order of their hashes.
    #[returns(AssetsResponse)]
    Assets {
        /// Exclusive start.
        start_after: Option<ContentHash>,
        /// Page size, at most [`MAX_PAGE`].
        limit: Option<u32>,
    },
    /// Assets derived from `parent`, with what each owes it now.
    #[returns(ChildrenResponse)]
    Children {
        /// The ancestor.
        parent: ContentHash,
        /// Exclusive start.
        start_after: Option<ContentHash>,
        /// Page size, at most [`MAX_PAGE`].
        limit: Option<u32>,
    },
    /// What the asset's owner would be paid by `Claim` without collecting.
    #[returns(ClaimableResponse)]
    Claimable {
        /// The asset.
        asset: ContentHash,
    },
}

/// Configuration.
#[cw_serde]
pub struct ConfigResponse {
    /// The denomination of income.
    pub denom: String,
}

/// A derived asset's debt to one parent.
#[cw_serde]
pub struct ParentResponse {
    /// The parent.
    pub content_hash: ContentHash,
    /// The parent's royalty when the child was registered; fixed for good.
    pub share: BasisPoints,
}

/// One asset.
#[cw_serde]
pub struct AssetResponse {
    /// Its name on the chain.
    pub content_hash: ContentHash,
    /// Dataset or model.
    pub kind: AssetKind,
    /// Human-readable name.
    pub name: String,
    /// SPDX licence expression.
    pub license: String,
    /// Bech32 address of the owner.
    pub owner: String,
    /// What it is derived from.
    pub parents: Vec<ParentResponse>,
    /// Part of downstream income that belongs to it.
    pub royalty: BasisPoints,
    /// Height of registration.
    pub registered_height: Height,
    /// All income so far, royalties from collected children included.
    pub received: Uint128,
    /// Paid to the owner so far.
    pub claimed: Uint128,
}

/// A page of assets.
#[cw_serde]
pub struct AssetsResponse {
    /// The assets.
    pub assets: Vec<AssetResponse>,
}

/// One edge below an asset.
#[cw_serde]
pub struct ChildResponse {
    /// The derived asset.
    pub content_hash: ContentHash,
    /// What `Collect` would move now.
    pub collectable: Uint128,
}

/// A page of children.
#[cw_serde]
pub struct ChildrenResponse {
    /// The children.
    pub children: Vec<ChildResponse>,
}

/// What an owner could claim.
#[cw_serde]
pub struct ClaimableResponse {
    /// Amount in the contract's denomination.
    pub amount: Uint128,
}

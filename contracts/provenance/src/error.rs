//! Everything that can be refused.

use cosmwasm_std::{OverflowError, StdError};
use stoa_primitives::{ContentHash, FULL_BASIS_POINTS};
use stoa_provenance_types::{
    MAX_COLLECTED_CHILDREN, MAX_LICENSE_BYTES, MAX_NAME_BYTES, MAX_PARENTS,
};

use crate::license::LicenseError;

/// Why a message was refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ContractError {
    /// Storage or serialisation failed.
    #[error(transparent)]
    Std(#[from] StdError),
    /// An account would exceed 128 bits.
    #[error(transparent)]
    Overflow(#[from] OverflowError),
    /// Funds came with a message that takes none.
    #[error("this message takes no funds, {coins} coins were attached")]
    NonPayable {
        /// Number of coins.
        coins: usize,
    },
    /// A payment without funds.
    #[error("no funds were attached, expected {denom}")]
    NoFunds {
        /// The accepted denomination.
        denom: String,
    },
    /// Several coins at once.
    #[error("{coins} coins were attached, expected one")]
    SeveralCoins {
        /// Number of coins.
        coins: usize,
    },
    /// A coin of another denomination.
    #[error("expected {expected}, found {actual}")]
    WrongDenom {
        /// The accepted denomination.
        expected: String,
        /// The attached one.
        actual: String,
    },
    /// Not a denomination of the bank module.
    #[error(
        "{denom:?} is not a denomination: a letter, then 2 to 127 of letters, digits and /:._-"
    )]
    InvalidDenom {
        /// What was given.
        denom: String,
    },
    /// The name is empty or too long.
    #[error("a name has 1 to {MAX_NAME_BYTES} bytes, found {actual}")]
    NameLength {
        /// Its length in bytes.
        actual: usize,
    },
    /// The licence expression is too long.
    #[error("a licence expression has at most {MAX_LICENSE_BYTES} bytes, found {actual}")]
    LicenseLength {
        /// Its length in bytes.
        actual: usize,
    },
    /// The licence is not an SPDX expression.
    #[error("{license:?} is not an SPDX licence expression: {source}")]
    InvalidLicense {
        /// What was given.
        license: String,
        /// Where it breaks.
        #[source]
        source: LicenseError,
    },
    /// More parents than one asset may list.
    #[error("an asset has at most {MAX_PARENTS} parents, found {actual}")]
    TooManyParents {
        /// How many were listed.
        actual: usize,
    },
    /// An asset as its own ancestor.
    #[error("{content_hash} cannot be derived from itself")]
    LineageCycle {
        /// The asset.
        content_hash: ContentHash,
    },
    /// A parent was listed twice.
    #[error("parent {parent} is listed twice")]
    DuplicateParent {
        /// The parent.
        parent: ContentHash,
    },
    /// The hash is registered.
    #[error("{content_hash} is already registered")]
    AlreadyRegistered {
        /// The asset.
        content_hash: ContentHash,
    },
    /// A parent that nobody registered.
    #[error("parent {parent} is not registered")]
    UnknownParent {
        /// The parent.
        parent: ContentHash,
    },
    /// Parents' royalties above the whole.
    #[error(
        "royalties of the parents sum to {actual} basis points, the whole is {FULL_BASIS_POINTS}"
    )]
    RoyaltySum {
        /// The sum in basis points.
        actual: u32,
    },
    /// An asset that nobody registered.
    #[error("{content_hash} is not registered")]
    UnknownAsset {
        /// The asset.
        content_hash: ContentHash,
    },
    /// The child does not list the parent.
    #[error("{child} is not derived from {parent}")]
    NotDerived {
        /// The supposed child.
        child: ContentHash,
        /// The supposed parent.
        parent: ContentHash,
    },
    /// The child owes nothing now.
    #[error("{child} owes nothing to {parent}")]
    NothingToCollect {
        /// The child.
        child: ContentHash,
        /// The parent.
        parent: ContentHash,
    },
    /// More children than one claim collects from.
    #[error("one claim collects from at most {MAX_COLLECTED_CHILDREN} children, found {actual}")]
    TooManyChildren {
        /// How many were listed.
        actual: usize,
    },
    /// The sender does not own the asset.
    #[error("only the owner of {content_hash} may claim")]
    NotOwner {
        /// The asset.
        content_hash: ContentHash,
    },
    /// Everything earned has been paid.
    #[error("{content_hash} has nothing to claim")]
    NothingToClaim {
        /// The asset.
        content_hash: ContentHash,
    },
}

//! What is wrong with the votes in a block.

use stoa_modules::{ModuleError, beacon, validators::ConsensusAddress};

use crate::error::{AppError, Refusal};

/// Why the first element of a block is refused.
#[derive(Debug, thiserror::Error)]
pub enum ExtensionError {
    /// Another element, or none, where the votes must be.
    #[error("the block does not begin with the votes for the one before")]
    Missing,
    /// More bytes than all validators can fill.
    #[error("votes of {actual} bytes, the limit is {limit}")]
    TooLong {
        /// Bytes of the element.
        actual: usize,
        /// Most bytes.
        limit: usize,
    },
    /// Not the one encoding of votes.
    #[error("the votes are malformed")]
    Malformed,
    /// A vote of somebody who is no validator.
    #[error("vote {position} is of no validator")]
    Stranger {
        /// Counted from zero.
        position: usize,
    },
    /// Two votes of one validator.
    #[error("validator {validator} votes twice")]
    Duplicate {
        /// Whose.
        validator: ConsensusAddress,
    },
    /// The extension is not signed by its validator, for this height, round and chain.
    #[error("the extension of validator {validator} is not signed by it")]
    Signature {
        /// Whose.
        validator: ConsensusAddress,
    },
    /// Not enough votes.
    #[error("votes with power {power} of {total}, more than two thirds are needed")]
    Power {
        /// Of the votes.
        power: u64,
        /// Of all validators.
        total: u64,
    },
    /// Votes of another round than the block says.
    #[error("votes of round {actual}, the block was decided in round {expected}")]
    Round {
        /// In the block's commit.
        expected: u32,
        /// In the element.
        actual: u32,
    },
    /// A validator that did not sign the block before, or not in this place.
    #[error("the vote of validator {validator} is not the commit's, or out of order")]
    NotInCommit {
        /// Whose.
        validator: ConsensusAddress,
    },
    /// What the vote says is refused by the beacon, or the state cannot be read.
    #[error(transparent)]
    Content(#[from] ModuleError),
}

impl ExtensionError {
    /// Itself, if it is about the votes; a state that cannot be read must halt the node instead.
    pub(crate) fn or_halt(self) -> Result<Self, AppError> {
        match self {
            Self::Content(ModuleError::Store(error)) => Err(error.into()),
            error => Ok(error),
        }
    }
}

impl From<&ExtensionError> for Refusal {
    fn from(error: &ExtensionError) -> Self {
        let code = match error {
            ExtensionError::Missing => 20,
            ExtensionError::TooLong { .. } => 21,
            ExtensionError::Malformed => 22,
            ExtensionError::Stranger { .. } => 23,
            ExtensionError::Duplicate { .. } => 24,
            ExtensionError::Signature { .. } => 25,
            ExtensionError::Power { .. } => 26,
            ExtensionError::Round { .. } => 27,
            ExtensionError::NotInCommit { .. } => 28,
            ExtensionError::Content(error) => return Self::from(error),
        };
        Self { codespace: beacon::CODESPACE, code, log: error.to_string() }
    }
}

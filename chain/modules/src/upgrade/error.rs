//! What is refused.

use crate::{
    auth::AccAddress,
    core::{ModuleError, codespace},
};

/// Codespace of `x/upgrade`.
const CODESPACE: &str = "upgrade";

/// Why an upgrade is not scheduled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpgradeError {
    /// Somebody else than the authority.
    #[error(
        "expected {expected} got {actual}: expected authority account as only signer for proposal message"
    )]
    Signer {
        /// The authority.
        expected: AccAddress,
        /// Who claimed to be it.
        actual: AccAddress,
    },
    /// A plan by time instead of height.
    #[error("time-based upgrades have been deprecated in the SDK: invalid request")]
    TimeBased,
    /// A plan with the state of an IBC client.
    #[error("upgrade logic for IBC has been moved to the IBC module: invalid request")]
    ClientState,
    /// No name.
    #[error("name cannot be empty: invalid request")]
    NoName,
    /// Longer texts than are kept.
    #[error("{field} of {actual} bytes, the limit is {limit}: invalid request")]
    TooLong {
        /// Which text.
        field: &'static str,
        /// Its bytes.
        actual: usize,
        /// Most bytes.
        limit: usize,
    },
    /// No height.
    #[error("height must be greater than 0: invalid request")]
    NoHeight,
    /// A height that is over.
    #[error("upgrade cannot be scheduled in the past: invalid request")]
    Past,
    /// A name that was applied.
    #[error("upgrade with name {name} has already been completed: invalid request")]
    Done {
        /// The name.
        name: String,
    },
    /// Stored bytes are not what this version writes.
    #[error("corrupt upgrade plan: internal logic error")]
    Corrupt,
}

impl From<UpgradeError> for ModuleError {
    fn from(error: UpgradeError) -> Self {
        let (codespace, code) = match error {
            UpgradeError::Signer { .. } => (CODESPACE, 6),
            UpgradeError::Corrupt => (codespace::SDK, 35),
            _ => (codespace::SDK, 18),
        };
        Self::Refused { codespace, code, message: error.to_string() }
    }
}

//! What is refused for who asks.

use crate::{auth::AccAddress, core::ModuleError};

/// Codespace of `x/gov`, whose error this is on Cosmos SDK chains.
const CODESPACE: &str = "gov";
/// Code of "expected gov account as only signer for proposal message".
const CODE: u32 = 13;

/// Somebody else than the authority of the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid authority; expected {expected}, got {actual}: expected gov account as only signer for \
     proposal message"
)]
pub struct NotAuthority {
    /// The authority.
    pub expected: AccAddress,
    /// Who claimed to be it.
    pub actual: AccAddress,
}

impl From<NotAuthority> for ModuleError {
    fn from(error: NotAuthority) -> Self {
        Self::Refused { codespace: CODESPACE, code: CODE, message: error.to_string() }
    }
}

//! What is refused.

use crate::core::{ModuleError, codespace};

/// Codespace of `x/slashing`.
const CODESPACE: &str = "slashing";

/// Why a validator stays in jail, or parameters stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlashingError {
    /// Nobody whom the sender may release.
    #[error("address is not associated with any known validator")]
    NoValidator,
    /// Its time is not over, or never will be.
    #[error("validator still jailed; cannot be unjailed")]
    Jailed,
    /// It is not in jail.
    #[error("validator not jailed; cannot be unjailed")]
    NotJailed,
    /// A parameter out of its range.
    #[error("invalid parameter {field}: invalid request")]
    Params {
        /// Which.
        field: &'static str,
    },
    /// Stored bytes are not what this version writes.
    #[error("corrupt signing info: internal logic error")]
    Corrupt,
}

impl From<SlashingError> for ModuleError {
    fn from(error: SlashingError) -> Self {
        let (codespace, code) = match error {
            SlashingError::NoValidator => (CODESPACE, 2),
            SlashingError::Jailed => (CODESPACE, 4),
            SlashingError::NotJailed => (CODESPACE, 5),
            SlashingError::Params { .. } => (codespace::SDK, 18),
            SlashingError::Corrupt => (codespace::SDK, 35),
        };
        Self::Refused { codespace, code, message: error.to_string() }
    }
}

//! The error that leaves a module.

use stoa_store::StoreError;

use super::OutOfGas;

/// ABCI codespaces.
pub mod codespace {
    /// Errors shared by all modules (Cosmos SDK `types/errors`).
    pub const SDK: &str = "sdk";
    /// Errors that the SDK gives no code: code 1.
    pub const UNDEFINED: &str = "undefined";
    /// Errors of `x/bank` that no other module has.
    pub const BANK: &str = "bank";
    /// Errors of the contract module (wasmd `x/wasm/types/errors.go`).
    pub const WASM: &str = "wasm";
}

/// Why a message or query fails.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// The request is refused; nothing of it remains in the state.
    #[error("{message}")]
    Refused {
        /// ABCI codespace.
        codespace: &'static str,
        /// Code within the codespace, stable for good.
        code: u32,
        /// For people.
        message: String,
    },
    /// The transaction's gas is used up (codespace `sdk`, code 11).
    #[error(transparent)]
    OutOfGas(#[from] OutOfGas),
    /// The store failed: not the sender's fault; the node must halt rather than diverge.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Code of "tx parse error" in codespace `sdk`.
const TX_DECODE: u32 = 2;
/// Code of "out of gas" in codespace `sdk`.
const OUT_OF_GAS: u32 = 11;
/// Code of "internal logic error" in codespace `sdk`.
const LOGIC: u32 = 35;

impl ModuleError {
    /// ABCI codespace.
    pub const fn codespace(&self) -> &'static str {
        match self {
            Self::Refused { codespace, .. } => codespace,
            Self::OutOfGas(_) | Self::Store(_) => codespace::SDK,
        }
    }

    /// Whether bytes were not what they should be: a transaction with them is none.
    pub fn is_unreadable(&self) -> bool {
        self.codespace() == codespace::SDK && self.code() == TX_DECODE
    }

    /// ABCI code, never zero.
    pub const fn code(&self) -> u32 {
        match self {
            Self::Refused { code, .. } => *code,
            Self::OutOfGas(_) => OUT_OF_GAS,
            Self::Store(_) => LOGIC,
        }
    }
}

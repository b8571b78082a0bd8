//! What is refused.

use crate::{
    auth::AccAddress,
    core::{Gas, ModuleError, codespace},
};

/// Codespace of refused privileges.
pub const CODESPACE: &str = "privilege";

/// Why a power is not granted or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivilegeError {
    /// The sender does not hold the power.
    #[error("{contract} does not hold {privilege}")]
    NotGranted {
        /// The sender.
        contract: AccAddress,
        /// The power.
        privilege: &'static str,
    },
    /// The power is suspended after too many failures.
    #[error("{privilege} of {contract} is suspended")]
    Suspended {
        /// The holder.
        contract: AccAddress,
        /// The power.
        privilege: &'static str,
    },
    /// More gas than the grant allows in one block.
    #[error("{privilege} used {used} gas in this block, its budget is {limit}")]
    Budget {
        /// The power.
        privilege: &'static str,
        /// Gas of this block with the use that is refused.
        used: Gas,
        /// Most gas of a block.
        limit: Gas,
    },
    /// A denomination that the grant does not name.
    #[error("the grant does not name the denomination {denom}")]
    Denom {
        /// Which.
        denom: String,
    },
    /// A grant that does not say what it must, or more than it may.
    #[error("invalid grant: {reason}")]
    Grant {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// More grants, or budgets, than the chain bears.
    #[error("{what} would be {actual}, the limit is {limit}")]
    Limit {
        /// What there would be too much of.
        what: &'static str,
        /// How much.
        actual: u64,
        /// The most.
        limit: u64,
    },
    /// A grant to somebody who is no contract.
    #[error("{address} is no contract")]
    NotAContract {
        /// Who.
        address: AccAddress,
    },
    /// A message that sets no parameters, or not in the name of the authority.
    #[error("{type_url} sets no parameters in the name of the authority")]
    NotParams {
        /// Its type.
        type_url: String,
    },
    /// A validator that signed twice.
    #[error("validator {validator} is tombstoned")]
    Tombstoned {
        /// Which.
        validator: String,
    },
    /// Numbers of changes or keys that are out of range.
    #[error("invalid validator changes: {reason}")]
    Changes {
        /// What is wrong.
        reason: &'static str,
    },
    /// More calls without a fee than one sender may have in the mempool.
    #[error("more than {limit} transactions without a fee from one sender in a block")]
    TooManyFree {
        /// The most.
        limit: u64,
    },
    /// Stored bytes are not what this version writes.
    #[error("corrupt privilege: internal logic error")]
    Corrupt,
}

impl From<PrivilegeError> for ModuleError {
    fn from(error: PrivilegeError) -> Self {
        let (codespace, code) = match error {
            PrivilegeError::NotGranted { .. } => (CODESPACE, 2),
            PrivilegeError::Suspended { .. } => (CODESPACE, 3),
            PrivilegeError::Budget { .. } => (CODESPACE, 4),
            PrivilegeError::Denom { .. } => (CODESPACE, 5),
            PrivilegeError::Grant { .. } => (CODESPACE, 6),
            PrivilegeError::Limit { .. } => (CODESPACE, 7),
            PrivilegeError::NotAContract { .. } => (CODESPACE, 8),
            PrivilegeError::NotParams { .. } => (CODESPACE, 9),
            PrivilegeError::Tombstoned { .. } => (CODESPACE, 10),
            PrivilegeError::Changes { .. } => (CODESPACE, 11),
            PrivilegeError::TooManyFree { .. } => (CODESPACE, 12),
            PrivilegeError::Corrupt => (codespace::SDK, 35),
        };
        Self::Refused { codespace, code, message: error.to_string() }
    }
}

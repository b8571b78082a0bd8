//! What the bank refuses.

use crate::core::{ModuleError, codespace};

/// Why money does not move; codes are those of the Cosmos SDK.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    /// The owner has too little.
    #[error("spendable balance {available} is smaller than {wanted}: insufficient funds")]
    InsufficientFunds {
        /// What the owner has.
        available: super::Coin,
        /// What was to be spent.
        wanted: super::Coin,
    },
    /// More is locked than there is.
    #[error("locked amount exceeds account balance funds: {locked} > {held}: insufficient funds")]
    Locked {
        /// What is locked.
        locked: super::Coin,
        /// What the owner has.
        held: super::Coin,
    },
    /// The recipient is an account of the chain itself.
    #[error("{address} is not allowed to receive funds: unauthorized")]
    BlockedRecipient {
        /// The recipient.
        address: crate::auth::AccAddress,
    },
    /// A multi-send without a sender.
    #[error("no inputs to send transaction")]
    NoInputs,
    /// A multi-send without recipients.
    #[error("no outputs to send transaction")]
    NoOutputs,
    /// A multi-send that does not add up.
    #[error("sum inputs != sum outputs")]
    SumMismatch,
    /// A multi-send of several.
    #[error("multiple senders not allowed")]
    SeveralSenders,
    /// A request of the authority that makes no sense.
    #[error("{reason}: invalid request")]
    InvalidRequest {
        /// What is wrong with it.
        reason: String,
    },
    /// A list in the parameters that has had records of its own since SDK 0.47.
    #[error("use of send_enabled in params is no longer supported")]
    SendEnabledInParams,
    /// Transfers of a denomination are switched off.
    #[error("{denom} transfers are currently disabled: send transactions are disabled")]
    SendDisabled {
        /// Which.
        denom: String,
    },
    /// Coins unsorted, doubled, zero or too many.
    #[error("{coins}: invalid coins")]
    InvalidCoins {
        /// The coins as given.
        coins: String,
    },
    /// Not a decimal number below 2^128.
    #[error("invalid coin amount {amount:?}: invalid coins")]
    InvalidAmount {
        /// The text as given.
        amount: String,
    },
    /// Not a name that the SDK allows.
    #[error("invalid denom: {denom}: invalid coins")]
    InvalidDenom {
        /// The name as given.
        denom: String,
    },
    /// An amount would pass 2^128.
    #[error("amount of {denom} overflows: invalid coins")]
    Overflow {
        /// Of what.
        denom: String,
    },
    /// The supply is smaller than what is burnt: a broken invariant.
    #[error("supply of {denom} is smaller than its balances: internal logic error")]
    SupplyUnderflow {
        /// Of what.
        denom: String,
    },
    /// Stored bytes are not what this version writes.
    #[error("corrupt {what}: internal logic error")]
    Corrupt {
        /// Which record.
        what: &'static str,
    },
    /// The genesis section cannot be used.
    #[error("bank genesis: {reason}: invalid request")]
    Genesis {
        /// What is wrong with it.
        reason: String,
    },
}

impl BankError {
    /// Where the code has its meaning, if not in codespace `sdk`.
    const fn codespace(&self) -> &'static str {
        match self {
            Self::NoInputs
            | Self::NoOutputs
            | Self::SumMismatch
            | Self::SeveralSenders
            | Self::SendDisabled { .. } => codespace::BANK,
            Self::SendEnabledInParams => codespace::UNDEFINED,
            _ => codespace::SDK,
        }
    }

    const fn code(&self) -> u32 {
        match self {
            Self::NoInputs => 2,
            Self::NoOutputs => 3,
            Self::SumMismatch => 4,
            Self::SeveralSenders => 9,
            // 1 of codespace `undefined`.
            Self::SendEnabledInParams => 1,
            Self::BlockedRecipient { .. } => 4,
            // 5 of codespace `bank`.
            Self::InsufficientFunds { .. } | Self::Locked { .. } | Self::SendDisabled { .. } => 5,
            Self::InvalidCoins { .. }
            | Self::InvalidAmount { .. }
            | Self::InvalidDenom { .. }
            | Self::Overflow { .. } => 10,
            Self::Genesis { .. } | Self::InvalidRequest { .. } => 18,
            Self::SupplyUnderflow { .. } | Self::Corrupt { .. } => 35,
        }
    }
}

impl From<BankError> for ModuleError {
    fn from(error: BankError) -> Self {
        let (codespace, code) = (error.codespace(), error.code());
        Self::Refused { codespace, code, message: error.to_string() }
    }
}

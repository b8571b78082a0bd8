//! Why a transaction is not let in.

use stoa_modules::{
    ModuleError,
    auth::{AccAddress, AddressError},
    core::codespace,
};

use crate::{
    error::{UNDEFINED_CODESPACE, sdk_code},
    tx::SignatureError,
};

/// A refusal; codes and texts are those of the Cosmos SDK, because clients look for them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnteError {
    /// More gas than a number of the SDK holds.
    #[error("invalid gas supplied; {wanted} > {limit}: invalid request")]
    GasTooHigh {
        /// Gas asked for.
        wanted: u64,
        /// Most that can be asked for.
        limit: u64,
    },
    /// Nobody signed.
    #[error("no signatures supplied")]
    NoSignatures,
    /// As many signatures as signers are needed.
    #[error("wrong number of signers; expected {expected}, got {actual}: unauthorized")]
    SignerCount {
        /// Signers of the messages and the fee.
        expected: usize,
        /// Signatures or signer infos given.
        actual: usize,
    },
    /// As many signer infos as signers are needed.
    #[error("invalid number of signer;  expected: {expected}, got {actual}: unauthorized")]
    SignerInfoCount {
        /// Signers of the messages and the fee.
        expected: usize,
        /// Signer infos given.
        actual: usize,
    },
    /// Too many signatures.
    #[error("signatures: {actual}, limit: {limit}: maximum number of signatures exceeded")]
    TooManySignatures {
        /// Signatures given.
        actual: usize,
        /// Most that are allowed.
        limit: u64,
    },
    /// The last height is over.
    #[error("block height: {height}, timeout height: {timeout}: tx timeout height")]
    TimedOut {
        /// Height of the block.
        height: u64,
        /// Last height at which it could have been executed.
        timeout: u64,
    },
    /// The last time is over. Times are in the words of Go.
    #[error("block time: {time}, timeout timestamp: {timeout}: tx timeout")]
    TimeOver {
        /// Time of the block.
        time: String,
        /// Last time at which it could have been executed.
        timeout: String,
    },
    /// Without a sequence; wasmd does not allow that either.
    #[error("unordered transactions are not enabled: feature not supported")]
    Unordered,
    /// The memo is too long.
    #[error(
        "maximum number of characters is {limit} but received {actual} characters: memo too large"
    )]
    MemoTooLarge {
        /// Most bytes.
        limit: u64,
        /// Bytes given.
        actual: usize,
    },
    /// Less than this node's minimum.
    #[error("insufficient fees; got: {offered} required: {required}: insufficient fee")]
    InsufficientFee {
        /// Fee offered.
        offered: String,
        /// Any of these is enough.
        required: String,
    },
    /// A fee without an amount, or with a negative one.
    #[error("invalid fee provided: {fee}: insufficient fee")]
    FeeProvided {
        /// The fee as given.
        fee: String,
    },
    /// Fee coins unsorted, doubled or zero.
    #[error("invalid fee amount: {fee}: insufficient fee")]
    InvalidFee {
        /// The fee as given.
        fee: String,
    },
    /// The payer has too little.
    #[error("{reason}: insufficient funds")]
    CannotPay {
        /// What the bank said.
        reason: String,
    },
    /// The fee granter's text is no address.
    #[error("invalid fee granter address: {0}: invalid address")]
    GranterAddress(AddressError),
    /// The fee payer's text is no address.
    #[error("invalid fee payer address: {0}: invalid address")]
    PayerAddress(AddressError),
    /// The fee payer has no account.
    #[error("fee payer address: {payer} does not exist: unknown address")]
    UnknownPayer {
        /// The payer.
        payer: AccAddress,
    },
    /// The key of another account.
    #[error(
        "pubKey does not match signer address {signer} with signer index: {index}: invalid pubkey"
    )]
    ForeignKey {
        /// Who must sign.
        signer: AccAddress,
        /// Position among the signers.
        index: usize,
    },
    /// Neither the account nor the transaction has the key.
    #[error("unrecognized public key type: <nil>: invalid pubkey")]
    NoKey,
    /// Signed for another position in the account's history.
    #[error(
        "account sequence mismatch, expected {expected}, got {actual}: incorrect account sequence"
    )]
    WrongSequence {
        /// Sequence of the account.
        expected: u64,
        /// Sequence in the transaction.
        actual: u64,
    },
    /// The signature is not over this transaction on this chain.
    #[error(
        "signature verification failed; please verify account number ({account_number}) and chain-id \
         ({chain_id}): ({reason}): unauthorized"
    )]
    BadSignature {
        /// Number of the account.
        account_number: u64,
        /// Chain id of this chain.
        chain_id: String,
        /// What is wrong.
        reason: String,
    },
    /// The same, of signers who sign an amino JSON document.
    #[error(
        "signature verification failed; please verify account number ({account_number}), sequence \
         ({sequence}) and chain-id ({chain_id}): unauthorized"
    )]
    BadAminoSignature {
        /// Number of the account.
        account_number: u64,
        /// Sequence of the account.
        sequence: u64,
        /// Chain id of this chain.
        chain_id: String,
    },
    /// Mode and bytes are no signature.
    #[error("{0}: unauthorized")]
    MalformedSignature(#[from] SignatureError),
    /// One signature by a key of several.
    #[error("expected *signing.MultiSignatureData, got, *signing.SingleSignatureData")]
    SingleSignature,
    /// A sequence is used up.
    #[error("sequence of {address} overflows: internal logic error")]
    SequenceOverflow {
        /// The account.
        address: AccAddress,
    },
}

impl AnteError {
    const fn code(&self) -> u32 {
        match self {
            // An error without a code of its own.
            Self::SingleSignature => 1,
            Self::SignerCount { .. }
            | Self::SignerInfoCount { .. }
            | Self::BadSignature { .. }
            | Self::BadAminoSignature { .. }
            | Self::MalformedSignature(_) => 4,
            Self::CannotPay { .. } => 5,
            Self::PayerAddress(_) | Self::GranterAddress(_) => 7,
            Self::ForeignKey { .. } | Self::NoKey => 8,
            Self::UnknownPayer { .. } => 9,
            Self::MemoTooLarge { .. } => 12,
            Self::InsufficientFee { .. } | Self::InvalidFee { .. } | Self::FeeProvided { .. } => 13,
            Self::TooManySignatures { .. } => 14,
            Self::NoSignatures => 15,
            Self::GasTooHigh { .. } => 18,
            Self::TimedOut { .. } => 30,
            Self::WrongSequence { .. } => sdk_code::WRONG_SEQUENCE,
            Self::SequenceOverflow { .. } => 35,
            Self::Unordered => 37,
            Self::TimeOver { .. } => 42,
        }
    }
}

impl From<AnteError> for ModuleError {
    fn from(error: AnteError) -> Self {
        let codespace = match error {
            AnteError::SingleSignature => UNDEFINED_CODESPACE,
            _ => codespace::SDK,
        };
        Self::Refused { codespace, code: error.code(), message: error.to_string() }
    }
}

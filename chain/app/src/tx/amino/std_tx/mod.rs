//! Transactions of before protobuf, which the tx service still translates: `StdTx` as amino JSON and as amino
//! binary, for every message that has a name in amino.
//!
//! Amino numbers the fields of a Go struct in their order, whatever protobuf numbers them, and begins what
//! stands for an interface with four bytes that follow from its name.

mod concrete;
mod to_binary;
mod to_json;

pub use to_binary::to_binary;
pub use to_json::to_json;

use crate::tx::schema::{
    Kind::{Any, Bytes, Message, Text, U64},
    coins, many, one,
};

/// Most levels of messages inside messages.
const MAX_DEPTH: usize = 24;

crate::shapes! {
    /// The transaction.
    STD_TX = "legacytx.StdTx" as "cosmos-sdk/StdTx": [
        many(1, "msg", Any).kept(),
        one(2, "fee", Message(&STD_FEE)).kept(),
        many(3, "signatures", Message(&STD_SIGNATURE)).kept(),
        one(4, "memo", Text).kept(),
        one(5, "timeout_height", U64).kept(),
    ];
    /// Its fee.
    STD_FEE = "legacytx.StdFee": [
        coins(1, "amount"),
        one(2, "gas", U64).kept(),
        one(3, "payer", Text),
        one(4, "granter", Text),
    ];
    /// A signature with its key.
    STD_SIGNATURE = "legacytx.StdSignature": [
        one(1, "pub_key", Any).kept(),
        one(2, "signature", Bytes).kept(),
    ];
}

/// Why a transaction cannot be translated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StdTxError {
    /// Not the JSON that is wanted.
    #[error("{field}: {reason}")]
    Json {
        /// Where.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// JSON of another type.
    #[error("UnmarshalJSON wants to decode a cosmos-sdk/StdTx but found a {actual}")]
    AnotherType {
        /// Which.
        actual: String,
    },
    /// Bytes of another type.
    #[error(
        "UnmarshalBinaryBare expected to read prefix bytes {} (since it is registered concrete) but got {}...",
        shown(&concrete::prefix("cosmos-sdk/StdTx")), shown(.actual)
    )]
    NoStdTx {
        /// The bytes.
        actual: Vec<u8>,
    },
    /// A type that this chain does not know.
    #[error("unrecognized concrete type name {name}")]
    UnknownName {
        /// Its amino name.
        name: String,
    },
    /// The same in binary.
    #[error("unrecognized prefix bytes {}", shown(.prefix))]
    UnknownPrefix {
        /// What stands there.
        prefix: Vec<u8>,
    },
    /// Bytes that are not of their type.
    #[error("the bytes are no {shape}")]
    Malformed {
        /// Of which type.
        shape: &'static str,
    },
    /// Messages inside messages without end.
    #[error("more than {MAX_DEPTH} levels of messages")]
    TooDeep,
}

/// The first bytes, as Go prints them.
fn shown(bytes: &[u8]) -> String {
    hex::encode_upper(bytes.get(..concrete::PREFIX_BYTES).unwrap_or(bytes))
}

#[cfg(test)]
mod tests;

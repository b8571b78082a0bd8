//! Transactions, and what all messages are made of.

use super::{
    Kind::{Any, Bool, Bytes, Enum, I32, I64, Int, Message, Text, Timestamp, U32, U64},
    coins, many, member, one,
};

/// Names of signing modes.
const SIGN_MODES: &[(i32, &str)] = &[
    (0, "SIGN_MODE_UNSPECIFIED"),
    (1, "SIGN_MODE_DIRECT"),
    (2, "SIGN_MODE_TEXTUAL"),
    (3, "SIGN_MODE_DIRECT_AUX"),
    (127, "SIGN_MODE_LEGACY_AMINO_JSON"),
    (191, "SIGN_MODE_EIP_191"),
];

crate::shapes! {
    /// A transaction as it travels.
    pub TX_RAW = "cosmos.tx.v1beta1.TxRaw": [
        one(1, "body_bytes", Bytes),
        one(2, "auth_info_bytes", Bytes),
        many(3, "signatures", Bytes),
    ];
    /// A transaction as people read it; same bytes as [`TX_RAW`].
    pub TX = "cosmos.tx.v1beta1.Tx": [
        one(1, "body", Message(&TX_BODY)),
        one(2, "auth_info", Message(&AUTH_INFO)),
        many(3, "signatures", Bytes),
    ];
    /// What a transaction asks for.
    pub TX_BODY = "cosmos.tx.v1beta1.TxBody": [
        many(1, "messages", Any),
        one(2, "memo", Text),
        one(3, "timeout_height", U64),
        one(4, "unordered", Bool),
        one(5, "timeout_timestamp", Timestamp),
        many(1023, "extension_options", Any),
        many(2047, "non_critical_extension_options", Any),
    ];
    /// Who signs and pays.
    pub AUTH_INFO = "cosmos.tx.v1beta1.AuthInfo": [
        many(1, "signer_infos", Message(&SIGNER_INFO)),
        one(2, "fee", Message(&FEE)),
        one(3, "tip", Message(&TIP)),
    ];
    /// One signer.
    pub SIGNER_INFO = "cosmos.tx.v1beta1.SignerInfo": [
        one(1, "public_key", Any),
        one(2, "mode_info", Message(&MODE_INFO)),
        one(3, "sequence", U64),
    ];
    /// How one signer signed.
    pub MODE_INFO = "cosmos.tx.v1beta1.ModeInfo": [
        member(1, "single", Message(&MODE_SINGLE)),
        member(2, "multi", Message(&MODE_MULTI)),
    ];
    /// One key.
    pub MODE_SINGLE = "cosmos.tx.v1beta1.ModeInfo.Single": [one(1, "mode", Enum(SIGN_MODES))];
    /// Several keys.
    pub MODE_MULTI = "cosmos.tx.v1beta1.ModeInfo.Multi": [
        one(1, "bitarray", Message(&BIT_ARRAY)),
        many(2, "mode_infos", Message(&MODE_INFO)),
    ];
    /// Which of several keys signed.
    pub BIT_ARRAY = "cosmos.crypto.multisig.v1beta1.CompactBitArray": [
        one(1, "extra_bits_stored", U32),
        one(2, "elems", Bytes),
    ];
    /// The fee.
    pub FEE = "cosmos.tx.v1beta1.Fee": [
        coins(1, "amount"),
        one(2, "gas_limit", U64),
        one(3, "payer", Text),
        one(4, "granter", Text),
    ];
    /// A tip; never accepted, only shown.
    pub TIP = "cosmos.tx.v1beta1.Tip": [coins(1, "amount"), one(2, "tipper", Text)];
    /// An amount.
    pub COIN = "cosmos.base.v1beta1.Coin": [one(1, "denom", Text), one(2, "amount", Int).kept()];
    /// What times and durations are made of.
    pub SECONDS_AND_NANOS = "google.protobuf.Timestamp": [
        one(1, "seconds", I64),
        one(2, "nanos", I32),
    ];
    /// The same fields under the name of a duration.
    pub DURATION = "google.protobuf.Duration": [one(1, "seconds", I64), one(2, "nanos", I32)];
    /// Key and value of an `Any`, where it is read strictly.
    pub ANY = "google.protobuf.Any": [one(1, "type_url", Text), one(2, "value", Bytes)];
}

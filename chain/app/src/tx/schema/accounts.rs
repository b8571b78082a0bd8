//! Accounts and their keys.

use super::{
    Kind::{Any, Bytes, Message, Text, U32, U64},
    Shape, many, one,
};

pub(super) static IN_ANY: &[&Shape] =
    &[&SECP256K1_KEY, &ED25519_KEY, &MULTISIG_KEY, &BASE_ACCOUNT, &MODULE_ACCOUNT];

crate::shapes! {
    /// A key that signs.
    pub SECP256K1_KEY = "cosmos.crypto.secp256k1.PubKey" as "tendermint/PubKeySecp256k1": [
        one(1, "key", Bytes),
    ];
    /// A validator's key; may sign, too.
    pub ED25519_KEY = "cosmos.crypto.ed25519.PubKey" as "tendermint/PubKeyEd25519": [
        one(1, "key", Bytes),
    ];
    /// Several keys of which some must sign.
    pub MULTISIG_KEY = "cosmos.crypto.multisig.LegacyAminoPubKey" as "tendermint/PubKeyMultisigThreshold": [
        one(1, "threshold", U32),
        many(2, "public_keys", Any),
    ];
    /// An account.
    pub BASE_ACCOUNT = "cosmos.auth.v1beta1.BaseAccount" as "cosmos-sdk/BaseAccount": [
        one(1, "address", Text),
        one(2, "pub_key", Any),
        one(3, "account_number", U64),
        one(4, "sequence", U64),
    ];
    /// An account of a module.
    pub MODULE_ACCOUNT = "cosmos.auth.v1beta1.ModuleAccount" as "cosmos-sdk/ModuleAccount": [
        one(1, "base_account", Message(&BASE_ACCOUNT)),
        one(2, "name", Text),
        many(3, "permissions", Text),
    ];
}

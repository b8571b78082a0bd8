//! The messages of transactions and accounts. Numbers and names are those of the Cosmos SDK's and wasmd's
//! published interfaces; a test compares them with the generated types.

use super::{
    Kind::{Any, Bool, Bytes, Enum, Json, Message, Text, U64},
    Shape, many, member, one,
};

/// Everything that may stand inside an `Any`.
pub(super) static IN_ANY: &[&Shape] = &[
    &MSG_SEND,
    &MSG_STORE_CODE,
    &MSG_INSTANTIATE,
    &MSG_INSTANTIATE_2,
    &MSG_EXECUTE,
    &MSG_MIGRATE,
    &MSG_UPDATE_ADMIN,
    &MSG_CLEAR_ADMIN,
    &MSG_UPDATE_INSTANTIATE_CONFIG,
    &MSG_UPDATE_LABEL,
    &SECP256K1_KEY,
    &ED25519_KEY,
    &BASE_ACCOUNT,
    &MODULE_ACCOUNT,
    &TX,
];

macro_rules! shapes {
    ($($(#[$doc:meta])* $id:ident = $name:literal: [$($field:expr),* $(,)?];)*) => {
        $($(#[$doc])* pub static $id: Shape = Shape { name: $name, fields: &[$($field),*] };)*
    };
}

/// Names of signing modes.
const SIGN_MODES: &[(i32, &str)] = &[
    (0, "SIGN_MODE_UNSPECIFIED"),
    (1, "SIGN_MODE_DIRECT"),
    (2, "SIGN_MODE_TEXTUAL"),
    (3, "SIGN_MODE_DIRECT_AUX"),
    (127, "SIGN_MODE_LEGACY_AMINO_JSON"),
    (191, "SIGN_MODE_EIP_191"),
];

/// Names of who may do something with a code, as wasmd shows them.
const ACCESS_TYPES: &[(i32, &str)] =
    &[(0, "Unspecified"), (1, "Nobody"), (3, "Everybody"), (4, "AnyOfAddresses")];

shapes! {
    /// A transaction as it travels.
    TX_RAW = "cosmos.tx.v1beta1.TxRaw": [
        one(1, "body_bytes", Bytes),
        one(2, "auth_info_bytes", Bytes),
        many(3, "signatures", Bytes),
    ];
    /// A transaction as people read it; same bytes as [`TX_RAW`].
    TX = "cosmos.tx.v1beta1.Tx": [
        one(1, "body", Message(&TX_BODY)),
        one(2, "auth_info", Message(&AUTH_INFO)),
        many(3, "signatures", Bytes),
    ];
    /// What a transaction asks for.
    TX_BODY = "cosmos.tx.v1beta1.TxBody": [
        many(1, "messages", Any),
        one(2, "memo", Text),
        one(3, "timeout_height", U64),
        many(1023, "extension_options", Any),
        many(2047, "non_critical_extension_options", Any),
    ];
    /// Who signs and pays.
    AUTH_INFO = "cosmos.tx.v1beta1.AuthInfo": [
        many(1, "signer_infos", Message(&SIGNER_INFO)),
        one(2, "fee", Message(&FEE)),
        one(3, "tip", Message(&TIP)),
    ];
    /// One signer.
    SIGNER_INFO = "cosmos.tx.v1beta1.SignerInfo": [
        one(1, "public_key", Any),
        one(2, "mode_info", Message(&MODE_INFO)),
        one(3, "sequence", U64),
    ];
    /// How one signer signed.
    MODE_INFO = "cosmos.tx.v1beta1.ModeInfo": [
        member(1, "single", Message(&MODE_SINGLE)),
        member(2, "multi", Message(&MODE_MULTI)),
    ];
    /// One key.
    MODE_SINGLE = "cosmos.tx.v1beta1.ModeInfo.Single": [one(1, "mode", Enum(SIGN_MODES))];
    /// Several keys.
    MODE_MULTI = "cosmos.tx.v1beta1.ModeInfo.Multi": [
        one(1, "bitarray", Message(&BIT_ARRAY)),
        many(2, "mode_infos", Message(&MODE_INFO)),
    ];
    /// Which of several keys signed.
    BIT_ARRAY = "cosmos.crypto.multisig.v1beta1.CompactBitArray": [
        one(1, "extra_bits_stored", super::Kind::U32),
        one(2, "elems", Bytes),
    ];
    /// The fee.
    FEE = "cosmos.tx.v1beta1.Fee": [
        many(1, "amount", Message(&COIN)),
        one(2, "gas_limit", U64),
        one(3, "payer", Text),
        one(4, "granter", Text),
    ];
    /// A tip; never accepted, only shown.
    TIP = "cosmos.tx.v1beta1.Tip": [many(1, "amount", Message(&COIN)), one(2, "tipper", Text)];
    /// An amount.
    COIN = "cosmos.base.v1beta1.Coin": [one(1, "denom", Text), one(2, "amount", Text)];
    /// Key and value of an `Any`, where it is read strictly.
    ANY = "google.protobuf.Any": [one(1, "type_url", Text), one(2, "value", Bytes)];
    /// A key that signs.
    SECP256K1_KEY = "cosmos.crypto.secp256k1.PubKey": [one(1, "key", Bytes)];
    /// A validator's key.
    ED25519_KEY = "cosmos.crypto.ed25519.PubKey": [one(1, "key", Bytes)];
    /// An account.
    BASE_ACCOUNT = "cosmos.auth.v1beta1.BaseAccount": [
        one(1, "address", Text),
        one(2, "pub_key", Any),
        one(3, "account_number", U64),
        one(4, "sequence", U64),
    ];
    /// An account of a module.
    MODULE_ACCOUNT = "cosmos.auth.v1beta1.ModuleAccount": [
        one(1, "base_account", Message(&BASE_ACCOUNT)),
        one(2, "name", Text),
        many(3, "permissions", Text),
    ];
    /// Sends money.
    MSG_SEND = "cosmos.bank.v1beta1.MsgSend": [
        one(1, "from_address", Text),
        one(2, "to_address", Text),
        many(3, "amount", Message(&COIN)),
    ];
    /// Who may do something with a code.
    ACCESS_CONFIG = "cosmwasm.wasm.v1.AccessConfig": [
        one(1, "permission", Enum(ACCESS_TYPES)),
        many(3, "addresses", Text),
    ];
    /// Uploads code.
    MSG_STORE_CODE = "cosmwasm.wasm.v1.MsgStoreCode": [
        one(1, "sender", Text),
        one(2, "wasm_byte_code", Bytes),
        one(5, "instantiate_permission", Message(&ACCESS_CONFIG)),
    ];
    /// Makes a contract of a code.
    MSG_INSTANTIATE = "cosmwasm.wasm.v1.MsgInstantiateContract": [
        one(1, "sender", Text),
        one(2, "admin", Text),
        one(3, "code_id", U64),
        one(4, "label", Text),
        one(5, "msg", Json),
        many(6, "funds", Message(&COIN)),
    ];
    /// Makes a contract with a predictable address.
    MSG_INSTANTIATE_2 = "cosmwasm.wasm.v1.MsgInstantiateContract2": [
        one(1, "sender", Text),
        one(2, "admin", Text),
        one(3, "code_id", U64),
        one(4, "label", Text),
        one(5, "msg", Json),
        many(6, "funds", Message(&COIN)),
        one(7, "salt", Bytes),
        one(8, "fix_msg", Bool),
    ];
    /// Calls a contract.
    MSG_EXECUTE = "cosmwasm.wasm.v1.MsgExecuteContract": [
        one(1, "sender", Text),
        one(2, "contract", Text),
        one(3, "msg", Json),
        many(5, "funds", Message(&COIN)),
    ];
    /// Changes a contract's code.
    MSG_MIGRATE = "cosmwasm.wasm.v1.MsgMigrateContract": [
        one(1, "sender", Text),
        one(2, "contract", Text),
        one(3, "code_id", U64),
        one(4, "msg", Json),
    ];
    /// Changes who may migrate.
    MSG_UPDATE_ADMIN = "cosmwasm.wasm.v1.MsgUpdateAdmin": [
        one(1, "sender", Text),
        one(2, "new_admin", Text),
        one(3, "contract", Text),
    ];
    /// Lets nobody migrate.
    MSG_CLEAR_ADMIN = "cosmwasm.wasm.v1.MsgClearAdmin": [
        one(1, "sender", Text),
        one(3, "contract", Text),
    ];
    /// Changes who may instantiate.
    MSG_UPDATE_INSTANTIATE_CONFIG = "cosmwasm.wasm.v1.MsgUpdateInstantiateConfig": [
        one(1, "sender", Text),
        one(2, "code_id", U64),
        one(3, "new_instantiate_permission", Message(&ACCESS_CONFIG)),
    ];
    /// Renames a contract.
    MSG_UPDATE_LABEL = "cosmwasm.wasm.v1.MsgUpdateContractLabel": [
        one(1, "sender", Text),
        one(2, "new_label", Text),
        one(3, "contract", Text),
    ];
}

//! Messages to and about contracts.

use super::{
    Kind::{Any, Bool, Bytes, Json, Message, Named, Text, U64},
    Shape, coins, many, one,
};

pub(super) static IN_ANY: &[&Shape] = &[
    &MSG_STORE_CODE,
    &MSG_INSTANTIATE,
    &MSG_INSTANTIATE_2,
    &MSG_EXECUTE,
    &MSG_MIGRATE,
    &MSG_UPDATE_ADMIN,
    &MSG_CLEAR_ADMIN,
    &MSG_UPDATE_INSTANTIATE_CONFIG,
    &MSG_UPDATE_LABEL,
    &EXECUTION_AUTHORIZATION,
    &MIGRATION_AUTHORIZATION,
    &MAX_CALLS_LIMIT,
    &MAX_FUNDS_LIMIT,
    &COMBINED_LIMIT,
    &ALL_MESSAGES_FILTER,
    &MESSAGE_KEYS_FILTER,
    &MESSAGES_FILTER,
];

/// Names of who may do something with a code, as wasmd shows them; wallets sign the names, too.
pub const ACCESS_TYPES: &[(i32, &str)] =
    &[(0, "Unspecified"), (1, "Nobody"), (3, "Everybody"), (4, "AnyOfAddresses")];

crate::shapes! {
    /// Who may do something with a code.
    pub ACCESS_CONFIG = "cosmwasm.wasm.v1.AccessConfig": [
        one(1, "permission", Named(ACCESS_TYPES)),
        many(3, "addresses", Text),
    ];
    /// Uploads code.
    pub MSG_STORE_CODE = "cosmwasm.wasm.v1.MsgStoreCode" as "wasm/MsgStoreCode": [
        one(1, "sender", Text),
        one(2, "wasm_byte_code", Bytes),
        one(5, "instantiate_permission", Message(&ACCESS_CONFIG)),
    ];
    /// Makes a contract of a code.
    pub MSG_INSTANTIATE = "cosmwasm.wasm.v1.MsgInstantiateContract" as "wasm/MsgInstantiateContract": [
        one(1, "sender", Text),
        one(2, "admin", Text),
        one(3, "code_id", U64),
        one(4, "label", Text),
        one(5, "msg", Json),
        coins(6, "funds"),
    ];
    /// Makes a contract with a predictable address.
    pub MSG_INSTANTIATE_2 = "cosmwasm.wasm.v1.MsgInstantiateContract2" as "wasm/MsgInstantiateContract2": [
        one(1, "sender", Text),
        one(2, "admin", Text),
        one(3, "code_id", U64),
        one(4, "label", Text),
        one(5, "msg", Json),
        coins(6, "funds"),
        one(7, "salt", Bytes),
        one(8, "fix_msg", Bool),
    ];
    /// Calls a contract.
    pub MSG_EXECUTE = "cosmwasm.wasm.v1.MsgExecuteContract" as "wasm/MsgExecuteContract": [
        one(1, "sender", Text),
        one(2, "contract", Text),
        one(3, "msg", Json),
        coins(5, "funds"),
    ];
    /// Changes a contract's code.
    pub MSG_MIGRATE = "cosmwasm.wasm.v1.MsgMigrateContract" as "wasm/MsgMigrateContract": [
        one(1, "sender", Text),
        one(2, "contract", Text),
        one(3, "code_id", U64),
        one(4, "msg", Json),
    ];
    /// Changes who may migrate.
    pub MSG_UPDATE_ADMIN = "cosmwasm.wasm.v1.MsgUpdateAdmin" as "wasm/MsgUpdateAdmin": [
        one(1, "sender", Text),
        one(2, "new_admin", Text),
        one(3, "contract", Text),
    ];
    /// Lets nobody migrate.
    pub MSG_CLEAR_ADMIN = "cosmwasm.wasm.v1.MsgClearAdmin" as "wasm/MsgClearAdmin": [
        one(1, "sender", Text),
        one(3, "contract", Text),
    ];
    /// Changes who may instantiate.
    pub MSG_UPDATE_INSTANTIATE_CONFIG = "cosmwasm.wasm.v1.MsgUpdateInstantiateConfig"
        as "wasm/MsgUpdateInstantiateConfig": [
        one(1, "sender", Text),
        one(2, "code_id", U64),
        one(3, "new_instantiate_permission", Message(&ACCESS_CONFIG)),
    ];
    /// Renames a contract.
    pub MSG_UPDATE_LABEL = "cosmwasm.wasm.v1.MsgUpdateContractLabel" as "wasm/MsgUpdateContractLabel": [
        one(1, "sender", Text),
        one(2, "new_label", Text),
        one(3, "contract", Text),
    ];
    /// Leave to call contracts for another.
    pub EXECUTION_AUTHORIZATION = "cosmwasm.wasm.v1.ContractExecutionAuthorization"
        as "wasm/ContractExecutionAuthorization": [
        many(1, "grants", Message(&CONTRACT_GRANT)).kept(),
    ];
    /// Leave to migrate contracts for another.
    pub MIGRATION_AUTHORIZATION = "cosmwasm.wasm.v1.ContractMigrationAuthorization"
        as "wasm/ContractMigrationAuthorization": [
        many(1, "grants", Message(&CONTRACT_GRANT)).kept(),
    ];
    /// Which contract, how often, with which messages.
    pub CONTRACT_GRANT = "cosmwasm.wasm.v1.ContractGrant": [
        one(1, "contract", Text),
        one(2, "limit", Any),
        one(3, "filter", Any),
    ];
    /// So many calls.
    pub MAX_CALLS_LIMIT = "cosmwasm.wasm.v1.MaxCallsLimit" as "wasm/MaxCallsLimit": [
        one(1, "remaining", U64),
    ];
    /// So much money.
    pub MAX_FUNDS_LIMIT = "cosmwasm.wasm.v1.MaxFundsLimit" as "wasm/MaxFundsLimit": [
        coins(1, "amounts"),
    ];
    /// Both.
    pub COMBINED_LIMIT = "cosmwasm.wasm.v1.CombinedLimit" as "wasm/CombinedLimit": [
        one(1, "calls_remaining", U64),
        coins(2, "amounts"),
    ];
    /// All messages.
    pub ALL_MESSAGES_FILTER = "cosmwasm.wasm.v1.AllowAllMessagesFilter"
        as "wasm/AllowAllMessagesFilter": [];
    /// Messages by their one key.
    pub MESSAGE_KEYS_FILTER = "cosmwasm.wasm.v1.AcceptedMessageKeysFilter"
        as "wasm/AcceptedMessageKeysFilter": [many(1, "keys", Text)];
    /// Messages as they are.
    pub MESSAGES_FILTER = "cosmwasm.wasm.v1.AcceptedMessagesFilter"
        as "wasm/AcceptedMessagesFilter": [many(1, "messages", Json)];
}

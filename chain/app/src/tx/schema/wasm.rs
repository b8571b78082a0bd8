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
    &MSG_SUDO,
    &MSG_PIN_CODES,
    &MSG_UNPIN_CODES,
    &MSG_WASM_PARAMS,
    &MSG_STORE_AND_INSTANTIATE,
    &MSG_STORE_AND_MIGRATE,
    &MSG_ADD_UPLOADERS,
    &MSG_REMOVE_UPLOADERS,
    &STORE_CODE_AUTHORIZATION,
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
    /// Calls a contract as the chain; the authority's.
    pub MSG_SUDO = "cosmwasm.wasm.v1.MsgSudoContract" as "wasm/MsgSudoContract": [
        one(1, "authority", Text),
        one(2, "contract", Text),
        one(3, "msg", Json),
    ];
    /// Keeps codes compiled; the authority's.
    pub MSG_PIN_CODES = "cosmwasm.wasm.v1.MsgPinCodes" as "wasm/MsgPinCodes": [
        one(1, "authority", Text),
        many(2, "code_ids", U64),
    ];
    /// Ends that; the authority's.
    pub MSG_UNPIN_CODES = "cosmwasm.wasm.v1.MsgUnpinCodes" as "wasm/MsgUnpinCodes": [
        one(1, "authority", Text),
        many(2, "code_ids", U64),
    ];
    /// Replaces the parameters; the authority's.
    pub MSG_WASM_PARAMS = "cosmwasm.wasm.v1.MsgUpdateParams" as "wasm/MsgUpdateParams": [
        one(1, "authority", Text),
        one(2, "params", Message(&WASM_PARAMETERS)).kept(),
    ];
    /// Who may store code, and who may instantiate what names nobody.
    pub WASM_PARAMETERS = "cosmwasm.wasm.v1.Params": [
        one(1, "code_upload_access", Message(&ACCESS_CONFIG)).kept(),
        one(2, "instantiate_default_permission", Named(ACCESS_TYPES)),
    ];
    /// Uploads code and makes a contract of it.
    pub MSG_STORE_AND_INSTANTIATE = "cosmwasm.wasm.v1.MsgStoreAndInstantiateContract"
        as "wasm/MsgStoreAndInstantiateContract": [
        one(1, "authority", Text),
        one(3, "wasm_byte_code", Bytes),
        one(4, "instantiate_permission", Message(&ACCESS_CONFIG)),
        one(5, "unpin_code", Bool),
        one(6, "admin", Text),
        one(7, "label", Text),
        one(8, "msg", Json),
        coins(9, "funds"),
        one(10, "source", Text),
        one(11, "builder", Text),
        one(12, "code_hash", Bytes),
    ];
    /// Uploads code and gives it to a contract.
    pub MSG_STORE_AND_MIGRATE = "cosmwasm.wasm.v1.MsgStoreAndMigrateContract"
        as "wasm/MsgStoreAndMigrateContract": [
        one(1, "authority", Text),
        one(2, "wasm_byte_code", Bytes),
        one(3, "instantiate_permission", Message(&ACCESS_CONFIG)),
        one(4, "contract", Text),
        one(5, "msg", Json),
    ];
    /// Lets more accounts upload; the authority's.
    pub MSG_ADD_UPLOADERS = "cosmwasm.wasm.v1.MsgAddCodeUploadParamsAddresses"
        as "wasm/MsgAddCodeUploadParamsAddresses": [
        one(1, "authority", Text),
        many(2, "addresses", Text),
    ];
    /// Lets fewer accounts upload; the authority's.
    pub MSG_REMOVE_UPLOADERS = "cosmwasm.wasm.v1.MsgRemoveCodeUploadParamsAddresses"
        as "wasm/MsgRemoveCodeUploadParamsAddresses": [
        one(1, "authority", Text),
        many(2, "addresses", Text),
    ];
    /// Leave to upload code for another.
    pub STORE_CODE_AUTHORIZATION = "cosmwasm.wasm.v1.StoreCodeAuthorization"
        as "wasm/StoreCodeAuthorization": [
        many(1, "grants", Message(&CODE_GRANT)).kept(),
    ];
    /// Which code, and the widest permission.
    pub CODE_GRANT = "cosmwasm.wasm.v1.CodeGrant": [
        one(1, "code_hash", Bytes),
        one(2, "instantiate_permission", Message(&ACCESS_CONFIG)),
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

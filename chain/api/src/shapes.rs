//! Shapes of the answers that REST shows.

use stoa_app::tx::schema::{
    self, Kind,
    Kind::{Any, Bool, Bytes, Enum, Hex, I32, I64, Json, Message, Text, Timestamp, U32, U64},
    Shape, many, one,
};

mod blocks;
mod powers;
mod reflection;
mod requests;

pub(crate) use blocks::*;
pub(crate) use powers::*;
pub(crate) use reflection::*;
pub(crate) use requests::*;

/// The same fields under another name: the SDK has one message a method, even where they are equal.
const fn named(name: &'static str, of: &Shape) -> Shape {
    Shape { name, amino: None, fields: of.fields }
}

/// The shape behind the type URL of an `Any` in an answer.
pub(crate) fn find(type_url: &str) -> Option<&'static Shape> {
    let name = type_url.strip_prefix('/')?;
    let is_named = |shape: &&Shape| shape.name == name;
    schema::find(type_url).or_else(|| responses().find(is_named))
}

/// Answers of all messages.
pub(crate) fn responses() -> impl Iterator<Item = &'static Shape> {
    RESPONSES.iter().chain(powers::RESPONSES).copied()
}

/// Answers of messages, as simulations show them.
static RESPONSES: &[&Shape] = &[
    &SEND_RESPONSE,
    &MULTI_SEND_RESPONSE,
    &GRANT_RESPONSE,
    &REVOKE_RESPONSE,
    &EXEC_RESPONSE,
    &GRANT_ALLOWANCE_RESPONSE,
    &REVOKE_ALLOWANCE_RESPONSE,
    &PRUNE_ALLOWANCES_RESPONSE,
    &VESTING_RESPONSE,
    &PERMANENT_LOCKED_RESPONSE,
    &PERIODIC_VESTING_RESPONSE,
    &STORE_CODE_RESPONSE,
    &INSTANTIATE_RESPONSE,
    &EXECUTE_RESPONSE,
    &MIGRATE_RESPONSE,
    &SUDO_RESPONSE,
    &STORE_AND_INSTANTIATE_RESPONSE,
    &STORE_AND_MIGRATE_RESPONSE,
    &PIN_RESPONSE,
    &UNPIN_RESPONSE,
    &WASM_PARAMS_RESPONSE,
    &UPDATE_PERMISSION_RESPONSE,
    &UPDATE_LABEL_RESPONSE,
    &ADD_UPLOADERS_RESPONSE,
    &REMOVE_UPLOADERS_RESPONSE,
];

macro_rules! shapes {
    ($($id:ident = $name:literal: [$($field:expr),* $(,)?];)*) => {
        stoa_app::shapes! { $(pub(crate) $id = $name: [$($field),*];)* }
    };
}
pub(crate) use shapes;

const HISTORY_OPERATIONS: &[(i32, &str)] = &[
    (0, "CONTRACT_CODE_HISTORY_OPERATION_TYPE_UNSPECIFIED"),
    (1, "CONTRACT_CODE_HISTORY_OPERATION_TYPE_INIT"),
    (2, "CONTRACT_CODE_HISTORY_OPERATION_TYPE_MIGRATE"),
    (3, "CONTRACT_CODE_HISTORY_OPERATION_TYPE_GENESIS"),
];
const COIN: Kind = Message(&schema::COIN);
const PAGE: Kind = Message(&PAGE_RESPONSE);

shapes! {
    PAGE_REQUEST = "cosmos.base.query.v1beta1.PageRequest": [
        one(1, "key", Bytes),
        one(2, "offset", U64),
        one(3, "limit", U64),
        one(4, "count_total", Bool),
        one(5, "reverse", Bool),
    ];
    PAGE_RESPONSE = "cosmos.base.query.v1beta1.PageResponse": [
        one(1, "next_key", Bytes), one(2, "total", U64),
    ];

    ACCOUNT = "cosmos.auth.v1beta1.QueryAccountResponse": [one(1, "account", Any)];
    ACCOUNT_INFO = "cosmos.auth.v1beta1.QueryAccountInfoResponse": [
        one(1, "info", Message(&schema::BASE_ACCOUNT)),
    ];
    ACCOUNTS = "cosmos.auth.v1beta1.QueryAccountsResponse": [
        many(1, "accounts", Any), one(2, "pagination", PAGE),
    ];
    MODULE_ACCOUNTS = "cosmos.auth.v1beta1.QueryModuleAccountsResponse": [many(1, "accounts", Any)];
    MODULE_ACCOUNT_FOUND = "cosmos.auth.v1beta1.QueryModuleAccountByNameResponse": [
        one(1, "account", Any),
    ];
    ADDRESS_OF_NUMBER = "cosmos.auth.v1beta1.QueryAccountAddressByIDResponse": [
        one(1, "account_address", Text),
    ];
    ADDRESS_TEXT = "cosmos.auth.v1beta1.AddressBytesToStringResponse": [
        one(1, "address_string", Text),
    ];
    ADDRESS_BYTES = "cosmos.auth.v1beta1.AddressStringToBytesResponse": [
        one(1, "address_bytes", Bytes),
    ];
    BECH32_PREFIX = "cosmos.auth.v1beta1.Bech32PrefixResponse": [one(1, "bech32_prefix", Text)];
    AUTH_PARAMS = "cosmos.auth.v1beta1.QueryParamsResponse": [
        one(1, "params", Message(&AUTH_PARAMETERS)),
    ];
    AUTH_PARAMETERS = "cosmos.auth.v1beta1.Params": [
        one(1, "max_memo_characters", U64),
        one(2, "tx_sig_limit", U64),
        one(3, "tx_size_cost_per_byte", U64),
        one(4, "sig_verify_cost_ed25519", U64),
        one(5, "sig_verify_cost_secp256k1", U64),
    ];

    BALANCES = "cosmos.bank.v1beta1.QueryAllBalancesResponse": [
        many(1, "balances", COIN), one(2, "pagination", PAGE),
    ];
    BALANCE = "cosmos.bank.v1beta1.QueryBalanceResponse": [one(1, "balance", COIN)];
    SUPPLY = "cosmos.bank.v1beta1.QueryTotalSupplyResponse": [
        many(1, "supply", COIN), one(2, "pagination", PAGE),
    ];
    SUPPLY_OF = "cosmos.bank.v1beta1.QuerySupplyOfResponse": [one(1, "amount", COIN)];
    BANK_PARAMS = "cosmos.bank.v1beta1.QueryParamsResponse": [
        one(1, "params", Message(&schema::BANK_PARAMS)),
    ];
    DENOM_METADATA = "cosmos.bank.v1beta1.QueryDenomMetadataResponse": [
        one(1, "metadata", Message(&METADATA)),
    ];
    DENOMS_METADATA = "cosmos.bank.v1beta1.QueryDenomsMetadataResponse": [
        many(1, "metadatas", Message(&METADATA)), one(2, "pagination", PAGE),
    ];
    METADATA = "cosmos.bank.v1beta1.Metadata": [
        one(1, "description", Text),
        many(2, "denom_units", Message(&DENOM_UNIT)),
        one(3, "base", Text),
        one(4, "display", Text),
        one(5, "name", Text),
        one(6, "symbol", Text),
        one(7, "uri", Text),
        one(8, "uri_hash", Text),
    ];
    DENOM_UNIT = "cosmos.bank.v1beta1.DenomUnit": [
        one(1, "denom", Text), one(2, "exponent", U32), many(3, "aliases", Text),
    ];
    DENOM_OWNERS = "cosmos.bank.v1beta1.QueryDenomOwnersResponse": [
        many(1, "denom_owners", Message(&DENOM_OWNER)), one(2, "pagination", PAGE),
    ];
    DENOM_OWNER = "cosmos.bank.v1beta1.DenomOwner": [
        one(1, "address", Text), one(2, "balance", COIN),
    ];
    SEND_ENABLED = "cosmos.bank.v1beta1.QuerySendEnabledResponse": [
        many(1, "send_enabled", Message(&schema::SEND_ENABLED)), one(99, "pagination", PAGE),
    ];
    SEND_RESPONSE = "cosmos.bank.v1beta1.MsgSendResponse": [];
    MULTI_SEND_RESPONSE = "cosmos.bank.v1beta1.MsgMultiSendResponse": [];

    GRANTS = "cosmos.authz.v1beta1.QueryGrantsResponse": [
        many(1, "grants", Message(&schema::GRANT)), one(2, "pagination", PAGE),
    ];
    GRANTER_GRANTS = "cosmos.authz.v1beta1.QueryGranterGrantsResponse": [
        many(1, "grants", Message(&schema::GRANT_AUTHORIZATION)), one(2, "pagination", PAGE),
    ];
    GRANT_RESPONSE = "cosmos.authz.v1beta1.MsgGrantResponse": [];
    REVOKE_RESPONSE = "cosmos.authz.v1beta1.MsgRevokeResponse": [];
    EXEC_RESPONSE = "cosmos.authz.v1beta1.MsgExecResponse": [many(1, "results", Bytes)];

    ALLOWANCE = "cosmos.feegrant.v1beta1.QueryAllowanceResponse": [
        one(1, "allowance", Message(&schema::FEE_GRANT)),
    ];
    ALLOWANCES = "cosmos.feegrant.v1beta1.QueryAllowancesResponse": [
        many(1, "allowances", Message(&schema::FEE_GRANT)), one(2, "pagination", PAGE),
    ];
    GRANT_ALLOWANCE_RESPONSE = "cosmos.feegrant.v1beta1.MsgGrantAllowanceResponse": [];
    REVOKE_ALLOWANCE_RESPONSE = "cosmos.feegrant.v1beta1.MsgRevokeAllowanceResponse": [];
    PRUNE_ALLOWANCES_RESPONSE = "cosmos.feegrant.v1beta1.MsgPruneAllowancesResponse": [];

    VESTING_RESPONSE = "cosmos.vesting.v1beta1.MsgCreateVestingAccountResponse": [];
    PERMANENT_LOCKED_RESPONSE = "cosmos.vesting.v1beta1.MsgCreatePermanentLockedAccountResponse": [];
    PERIODIC_VESTING_RESPONSE = "cosmos.vesting.v1beta1.MsgCreatePeriodicVestingAccountResponse": [];

    WASM_PARAMS = "cosmwasm.wasm.v1.QueryParamsResponse": [
        one(1, "params", Message(&schema::WASM_PARAMETERS)),
    ];
    CODES = "cosmwasm.wasm.v1.QueryCodesResponse": [
        many(1, "code_infos", Message(&CODE_INFO)), one(2, "pagination", PAGE),
    ];
    CODE = "cosmwasm.wasm.v1.QueryCodeResponse": [
        one(1, "code_info", Message(&CODE_INFO)), one(2, "data", Bytes),
    ];
    CODE_INFO = "cosmwasm.wasm.v1.CodeInfoResponse": [
        one(1, "code_id", U64),
        one(2, "creator", Text),
        one(3, "data_hash", Hex),
        one(6, "instantiate_permission", Message(&schema::ACCESS_CONFIG)),
    ];
    CODE_INFO_ANSWER = "cosmwasm.wasm.v1.QueryCodeInfoResponse": [
        one(1, "code_id", U64),
        one(2, "creator", Text),
        one(3, "checksum", Hex),
        one(4, "instantiate_permission", Message(&schema::ACCESS_CONFIG)),
    ];
    BUILT_ADDRESS = "cosmwasm.wasm.v1.QueryBuildAddressResponse": [one(1, "address", Text)];
    WASM_LIMITS = "cosmwasm.wasm.v1.QueryWasmLimitsConfigResponse": [one(1, "config", Text)];
    CODE_CONTRACTS = "cosmwasm.wasm.v1.QueryContractsByCodeResponse": [
        many(1, "contracts", Text), one(2, "pagination", PAGE),
    ];
    CREATOR_CONTRACTS = "cosmwasm.wasm.v1.QueryContractsByCreatorResponse": [
        many(1, "contract_addresses", Text), one(2, "pagination", PAGE),
    ];
    CONTRACT = "cosmwasm.wasm.v1.QueryContractInfoResponse": [
        one(1, "address", Text), one(2, "contract_info", Message(&CONTRACT_INFO)),
    ];
    CONTRACT_INFO = "cosmwasm.wasm.v1.ContractInfo": [
        one(1, "code_id", U64),
        one(2, "creator", Text),
        one(3, "admin", Text),
        one(4, "label", Text),
        one(5, "created", Message(&TX_POSITION)),
        one(6, "ibc_port_id", Text),
        one(7, "extension", Any),
    ];
    TX_POSITION = "cosmwasm.wasm.v1.AbsoluteTxPosition": [
        one(1, "block_height", U64), one(2, "tx_index", U64),
    ];
    HISTORY = "cosmwasm.wasm.v1.QueryContractHistoryResponse": [
        many(1, "entries", Message(&HISTORY_ENTRY)), one(2, "pagination", PAGE),
    ];
    HISTORY_ENTRY = "cosmwasm.wasm.v1.ContractCodeHistoryEntry": [
        one(1, "operation", Enum(HISTORY_OPERATIONS)),
        one(2, "code_id", U64),
        one(3, "updated", Message(&TX_POSITION)),
        one(4, "msg", Json),
    ];
    STATE = "cosmwasm.wasm.v1.QueryAllContractStateResponse": [
        many(1, "models", Message(&MODEL)), one(2, "pagination", PAGE),
    ];
    MODEL = "cosmwasm.wasm.v1.Model": [one(1, "key", Hex), one(2, "value", Bytes)];
    RAW = "cosmwasm.wasm.v1.QueryRawContractStateResponse": [one(1, "data", Bytes)];
    SMART = "cosmwasm.wasm.v1.QuerySmartContractStateResponse": [one(1, "data", Json)];
    PINNED = "cosmwasm.wasm.v1.QueryPinnedCodesResponse": [
        many(1, "code_ids", U64), one(2, "pagination", PAGE),
    ];
    STORE_CODE_RESPONSE = "cosmwasm.wasm.v1.MsgStoreCodeResponse": [
        one(1, "code_id", U64), one(2, "checksum", Bytes),
    ];
    INSTANTIATE_RESPONSE = "cosmwasm.wasm.v1.MsgInstantiateContractResponse": [
        one(1, "address", Text), one(2, "data", Bytes),
    ];
    EXECUTE_RESPONSE = "cosmwasm.wasm.v1.MsgExecuteContractResponse": [one(1, "data", Bytes)];
    MIGRATE_RESPONSE = "cosmwasm.wasm.v1.MsgMigrateContractResponse": [one(1, "data", Bytes)];
    SUDO_RESPONSE = "cosmwasm.wasm.v1.MsgSudoContractResponse": [one(1, "data", Bytes)];
    STORE_AND_INSTANTIATE_RESPONSE = "cosmwasm.wasm.v1.MsgStoreAndInstantiateContractResponse": [
        one(1, "address", Text), one(2, "data", Bytes),
    ];
    STORE_AND_MIGRATE_RESPONSE = "cosmwasm.wasm.v1.MsgStoreAndMigrateContractResponse": [
        one(1, "code_id", U64), one(2, "checksum", Bytes), one(3, "data", Bytes),
    ];
    PIN_RESPONSE = "cosmwasm.wasm.v1.MsgPinCodesResponse": [];
    UNPIN_RESPONSE = "cosmwasm.wasm.v1.MsgUnpinCodesResponse": [];
    WASM_PARAMS_RESPONSE = "cosmwasm.wasm.v1.MsgUpdateParamsResponse": [];
    UPDATE_PERMISSION_RESPONSE = "cosmwasm.wasm.v1.MsgUpdateInstantiateConfigResponse": [];
    UPDATE_LABEL_RESPONSE = "cosmwasm.wasm.v1.MsgUpdateContractLabelResponse": [];
    ADD_UPLOADERS_RESPONSE = "cosmwasm.wasm.v1.MsgAddCodeUploadParamsAddressesResponse": [];
    REMOVE_UPLOADERS_RESPONSE = "cosmwasm.wasm.v1.MsgRemoveCodeUploadParamsAddressesResponse": [];

    BEACON_ANSWER = "stoa.beacon.v1.QueryBeaconResponse": [one(1, "beacon", Message(&BEACON))];
    BEACON = "stoa.beacon.v1.Beacon": [
        one(1, "index", U64),
        one(2, "value", Bytes),
        one(3, "power", U64),
        one(4, "total_power", U64),
    ];

    NODE_STATUS = "cosmos.base.node.v1beta1.StatusResponse": [
        one(1, "earliest_store_height", U64),
        one(2, "height", U64),
        one(3, "timestamp", Timestamp),
        one(4, "app_hash", Bytes),
        one(5, "validator_hash", Bytes),
    ];
    NODE_CONFIG = "cosmos.base.node.v1beta1.ConfigResponse": [
        one(1, "minimum_gas_price", Text),
        one(2, "pruning_keep_recent", Text),
        one(3, "pruning_interval", Text),
        one(4, "halt_height", U64),
    ];

    SIMULATION = "cosmos.tx.v1beta1.SimulateResponse": [
        one(1, "gas_info", Message(&GAS_INFO)), one(2, "result", Message(&RESULT)),
    ];
    GAS_INFO = "cosmos.base.abci.v1beta1.GasInfo": [
        one(1, "gas_wanted", U64), one(2, "gas_used", U64),
    ];
    RESULT = "cosmos.base.abci.v1beta1.Result": [
        one(1, "data", Bytes),
        one(2, "log", Text),
        many(3, "events", Message(&EVENT)),
        many(4, "msg_responses", Any),
    ];
    EVENT = "tendermint.abci.Event": [
        one(1, "type", Text), many(2, "attributes", Message(&ATTRIBUTE)),
    ];
    ATTRIBUTE = "tendermint.abci.EventAttribute": [
        one(1, "key", Text), one(2, "value", Text), one(3, "index", Bool),
    ];
    BROADCAST = "cosmos.tx.v1beta1.BroadcastTxResponse": [
        one(1, "tx_response", Message(&TX_RESPONSE)),
    ];
    FOUND_TX = "cosmos.tx.v1beta1.GetTxResponse": [
        one(1, "tx", Message(&schema::TX)), one(2, "tx_response", Message(&TX_RESPONSE)),
    ];
    FOUND_TXS = "cosmos.tx.v1beta1.GetTxsEventResponse": [
        many(1, "txs", Message(&schema::TX)),
        many(2, "tx_responses", Message(&TX_RESPONSE)),
        one(3, "pagination", PAGE),
        one(4, "total", U64),
    ];
    BLOCK_TXS = "cosmos.tx.v1beta1.GetBlockWithTxsResponse": [
        many(1, "txs", Message(&schema::TX)),
        one(2, "block_id", Message(&BLOCK_ID)),
        one(3, "block", Message(&BLOCK)),
        one(4, "pagination", PAGE),
    ];
    DECODED_TX = "cosmos.tx.v1beta1.TxDecodeResponse": [one(1, "tx", Message(&schema::TX))];
    DECODED_AMINO = "cosmos.tx.v1beta1.TxDecodeAminoResponse": [one(1, "amino_json", Text)];
    ENCODED_AMINO = "cosmos.tx.v1beta1.TxEncodeAminoResponse": [one(1, "amino_binary", Bytes)];
    ENCODED_TX = "cosmos.tx.v1beta1.TxEncodeResponse": [one(1, "tx_bytes", Bytes)];
    TX_RESPONSE = "cosmos.base.abci.v1beta1.TxResponse": [
        one(1, "height", I64),
        one(2, "txhash", Text),
        one(3, "codespace", Text),
        one(4, "code", U32),
        one(5, "data", Text),
        one(6, "raw_log", Text),
        many(7, "logs", Message(&MESSAGE_LOG)),
        one(8, "info", Text),
        one(9, "gas_wanted", I64),
        one(10, "gas_used", I64),
        one(11, "tx", Any),
        one(12, "timestamp", Text),
        many(13, "events", Message(&EVENT)),
    ];
    MESSAGE_LOG = "cosmos.base.abci.v1beta1.ABCIMessageLog": [
        one(1, "msg_index", U32),
        one(2, "log", Text),
        many(3, "events", Message(&STRING_EVENT)),
    ];
    STRING_EVENT = "cosmos.base.abci.v1beta1.StringEvent": [
        one(1, "type", Text), many(2, "attributes", Message(&STRING_ATTRIBUTE)),
    ];
    STRING_ATTRIBUTE = "cosmos.base.abci.v1beta1.Attribute": [
        one(1, "key", Text), one(2, "value", Text),
    ];
}

/// Answers of the same fields as another, under their own names.
pub(crate) static SPENDABLE_BALANCES: Shape =
    named("cosmos.bank.v1beta1.QuerySpendableBalancesResponse", &BALANCES);
pub(crate) static SPENDABLE_BALANCE: Shape =
    named("cosmos.bank.v1beta1.QuerySpendableBalanceByDenomResponse", &BALANCE);
pub(crate) static DENOM_METADATA_BY_QUERY: Shape =
    named("cosmos.bank.v1beta1.QueryDenomMetadataByQueryStringResponse", &DENOM_METADATA);
pub(crate) static DENOM_OWNERS_BY_QUERY: Shape =
    named("cosmos.bank.v1beta1.QueryDenomOwnersByQueryResponse", &DENOM_OWNERS);
pub(crate) static GRANTEE_GRANTS: Shape =
    named("cosmos.authz.v1beta1.QueryGranteeGrantsResponse", &GRANTER_GRANTS);
pub(crate) static ISSUED_ALLOWANCES: Shape =
    named("cosmos.feegrant.v1beta1.QueryAllowancesByGranterResponse", &ALLOWANCES);
pub(crate) static LATEST_BEACON: Shape =
    named("stoa.beacon.v1.QueryLatestResponse", &BEACON_ANSWER);

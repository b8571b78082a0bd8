//! Shapes of requests: what a REST path, a query string or a JSON body fills, and what reflection tells.

use super::{Bool, Bytes, Enum, I64, Message, PAGE_REQUEST, Text, U64};
use super::{many, named, one, shapes};
use stoa_app::tx::schema::{self, Kind, Shape};

const PAGE: Kind = Message(&PAGE_REQUEST);

/// Names of the ways to send a transaction.
pub(crate) const BROADCAST_MODES: &[(i32, &str)] = &[
    (0, "BROADCAST_MODE_UNSPECIFIED"),
    (1, "BROADCAST_MODE_BLOCK"),
    (2, "BROADCAST_MODE_SYNC"),
    (3, "BROADCAST_MODE_ASYNC"),
];
/// Names of the orders of a search.
pub(crate) const ORDERS: &[(i32, &str)] =
    &[(0, "ORDER_BY_UNSPECIFIED"), (1, "ORDER_BY_ASC"), (2, "ORDER_BY_DESC")];

shapes! {
    ACCOUNTS_ASKED = "cosmos.auth.v1beta1.QueryAccountsRequest": [one(1, "pagination", PAGE)];
    ACCOUNT_ASKED = "cosmos.auth.v1beta1.QueryAccountRequest": [one(1, "address", Text)];
    ACCOUNT_INFO_ASKED = "cosmos.auth.v1beta1.QueryAccountInfoRequest": [one(1, "address", Text)];
    ADDRESS_OF_NUMBER_ASKED = "cosmos.auth.v1beta1.QueryAccountAddressByIDRequest": [
        one(1, "id", I64), one(2, "account_id", U64),
    ];
    AUTH_PARAMS_ASKED = "cosmos.auth.v1beta1.QueryParamsRequest": [];
    MODULE_ACCOUNTS_ASKED = "cosmos.auth.v1beta1.QueryModuleAccountsRequest": [];
    MODULE_ACCOUNT_ASKED = "cosmos.auth.v1beta1.QueryModuleAccountByNameRequest": [
        one(1, "name", Text),
    ];
    BECH32_PREFIX_ASKED = "cosmos.auth.v1beta1.Bech32PrefixRequest": [];
    ADDRESS_TEXT_ASKED = "cosmos.auth.v1beta1.AddressBytesToStringRequest": [
        one(1, "address_bytes", Bytes),
    ];
    ADDRESS_BYTES_ASKED = "cosmos.auth.v1beta1.AddressStringToBytesRequest": [
        one(1, "address_string", Text),
    ];

    GRANTS_ASKED = "cosmos.authz.v1beta1.QueryGrantsRequest": [
        one(1, "granter", Text),
        one(2, "grantee", Text),
        one(3, "msg_type_url", Text),
        one(4, "pagination", PAGE),
    ];
    GRANTER_GRANTS_ASKED = "cosmos.authz.v1beta1.QueryGranterGrantsRequest": [
        one(1, "granter", Text), one(2, "pagination", PAGE),
    ];
    GRANTEE_GRANTS_ASKED = "cosmos.authz.v1beta1.QueryGranteeGrantsRequest": [
        one(1, "grantee", Text), one(2, "pagination", PAGE),
    ];

    BALANCES_ASKED = "cosmos.bank.v1beta1.QueryAllBalancesRequest": [
        one(1, "address", Text), one(2, "pagination", PAGE), one(3, "resolve_denom", Bool),
    ];
    BALANCE_ASKED = "cosmos.bank.v1beta1.QueryBalanceRequest": [
        one(1, "address", Text), one(2, "denom", Text),
    ];
    SPENDABLE_BALANCES_ASKED = "cosmos.bank.v1beta1.QuerySpendableBalancesRequest": [
        one(1, "address", Text), one(2, "pagination", PAGE),
    ];
    SPENDABLE_BALANCE_ASKED = "cosmos.bank.v1beta1.QuerySpendableBalanceByDenomRequest": [
        one(1, "address", Text), one(2, "denom", Text),
    ];
    SUPPLY_ASKED = "cosmos.bank.v1beta1.QueryTotalSupplyRequest": [one(1, "pagination", PAGE)];
    SUPPLY_OF_ASKED = "cosmos.bank.v1beta1.QuerySupplyOfRequest": [one(1, "denom", Text)];
    BANK_PARAMS_ASKED = "cosmos.bank.v1beta1.QueryParamsRequest": [];
    DENOMS_METADATA_ASKED = "cosmos.bank.v1beta1.QueryDenomsMetadataRequest": [
        one(1, "pagination", PAGE),
    ];
    DENOM_METADATA_ASKED = "cosmos.bank.v1beta1.QueryDenomMetadataRequest": [
        one(1, "denom", Text),
    ];
    DENOM_METADATA_ASKED_BY_QUERY = "cosmos.bank.v1beta1.QueryDenomMetadataByQueryStringRequest": [
        one(1, "denom", Text),
    ];
    DENOM_OWNERS_ASKED = "cosmos.bank.v1beta1.QueryDenomOwnersRequest": [
        one(1, "denom", Text), one(2, "pagination", PAGE),
    ];
    DENOM_OWNERS_ASKED_BY_QUERY = "cosmos.bank.v1beta1.QueryDenomOwnersByQueryRequest": [
        one(1, "denom", Text), one(2, "pagination", PAGE),
    ];
    SEND_ENABLED_ASKED = "cosmos.bank.v1beta1.QuerySendEnabledRequest": [
        many(1, "denoms", Text), one(99, "pagination", PAGE),
    ];

    ALLOWANCE_ASKED = "cosmos.feegrant.v1beta1.QueryAllowanceRequest": [
        one(1, "granter", Text), one(2, "grantee", Text),
    ];
    ALLOWANCES_ASKED = "cosmos.feegrant.v1beta1.QueryAllowancesRequest": [
        one(1, "grantee", Text), one(2, "pagination", PAGE),
    ];
    ISSUED_ALLOWANCES_ASKED = "cosmos.feegrant.v1beta1.QueryAllowancesByGranterRequest": [
        one(1, "granter", Text), one(2, "pagination", PAGE),
    ];

    NODE_INFO_ASKED = "cosmos.base.tendermint.v1beta1.GetNodeInfoRequest": [];
    SYNCING_ASKED = "cosmos.base.tendermint.v1beta1.GetSyncingRequest": [];
    LATEST_BLOCK_ASKED = "cosmos.base.tendermint.v1beta1.GetLatestBlockRequest": [];
    BLOCK_ASKED = "cosmos.base.tendermint.v1beta1.GetBlockByHeightRequest": [
        one(1, "height", I64),
    ];
    LATEST_VALIDATORS_ASKED = "cosmos.base.tendermint.v1beta1.GetLatestValidatorSetRequest": [
        one(1, "pagination", PAGE),
    ];
    VALIDATORS_ASKED = "cosmos.base.tendermint.v1beta1.GetValidatorSetByHeightRequest": [
        one(1, "height", I64), one(2, "pagination", PAGE),
    ];
    ABCI_ASKED = "cosmos.base.tendermint.v1beta1.ABCIQueryRequest": [
        one(1, "data", Bytes),
        one(2, "path", Text),
        one(3, "height", I64),
        one(4, "prove", Bool),
    ];
    NODE_CONFIG_ASKED = "cosmos.base.node.v1beta1.ConfigRequest": [];
    NODE_STATUS_ASKED = "cosmos.base.node.v1beta1.StatusRequest": [];

    LATEST_BEACON_ASKED = "stoa.beacon.v1.QueryLatestRequest": [];
    BEACON_ASKED = "stoa.beacon.v1.QueryBeaconRequest": [one(1, "index", U64)];

    SIMULATION_ASKED = "cosmos.tx.v1beta1.SimulateRequest": [
        one(1, "tx", Message(&schema::TX)), one(2, "tx_bytes", Bytes),
    ];
    BROADCAST_ASKED = "cosmos.tx.v1beta1.BroadcastTxRequest": [
        one(1, "tx_bytes", Bytes), one(2, "mode", Enum(BROADCAST_MODES)),
    ];
    TX_ASKED = "cosmos.tx.v1beta1.GetTxRequest": [one(1, "hash", Text)];
    TXS_ASKED = "cosmos.tx.v1beta1.GetTxsEventRequest": [
        many(1, "events", Text),
        one(2, "pagination", PAGE),
        one(3, "order_by", Enum(ORDERS)),
        one(4, "page", U64),
        one(5, "limit", U64),
        one(6, "query", Text),
    ];
    BLOCK_TXS_ASKED = "cosmos.tx.v1beta1.GetBlockWithTxsRequest": [
        one(1, "height", I64), one(2, "pagination", PAGE),
    ];
    DECODE_ASKED = "cosmos.tx.v1beta1.TxDecodeRequest": [one(1, "tx_bytes", Bytes)];
    DECODE_AMINO_ASKED = "cosmos.tx.v1beta1.TxDecodeAminoRequest": [one(1, "amino_binary", Bytes)];
    ENCODE_AMINO_ASKED = "cosmos.tx.v1beta1.TxEncodeAminoRequest": [one(1, "amino_json", Text)];
    ENCODE_ASKED = "cosmos.tx.v1beta1.TxEncodeRequest": [one(1, "tx", Message(&schema::TX))];

    CODES_ASKED = "cosmwasm.wasm.v1.QueryCodesRequest": [one(1, "pagination", PAGE)];
    CODE_ASKED = "cosmwasm.wasm.v1.QueryCodeRequest": [one(1, "code_id", U64)];
    CODE_CONTRACTS_ASKED = "cosmwasm.wasm.v1.QueryContractsByCodeRequest": [
        one(1, "code_id", U64), one(2, "pagination", PAGE),
    ];
    PINNED_ASKED = "cosmwasm.wasm.v1.QueryPinnedCodesRequest": [one(2, "pagination", PAGE)];
    WASM_PARAMS_ASKED = "cosmwasm.wasm.v1.QueryParamsRequest": [];
    CONTRACT_ASKED = "cosmwasm.wasm.v1.QueryContractInfoRequest": [one(1, "address", Text)];
    HISTORY_ASKED = "cosmwasm.wasm.v1.QueryContractHistoryRequest": [
        one(1, "address", Text), one(2, "pagination", PAGE),
    ];
    STATE_ASKED = "cosmwasm.wasm.v1.QueryAllContractStateRequest": [
        one(1, "address", Text), one(2, "pagination", PAGE),
    ];
    RAW_ASKED = "cosmwasm.wasm.v1.QueryRawContractStateRequest": [
        one(1, "address", Text), one(2, "query_data", Bytes),
    ];
    SMART_ASKED = "cosmwasm.wasm.v1.QuerySmartContractStateRequest": [
        one(1, "address", Text), one(2, "query_data", Bytes),
    ];
    CREATOR_CONTRACTS_ASKED = "cosmwasm.wasm.v1.QueryContractsByCreatorRequest": [
        one(1, "creator_address", Text), one(2, "pagination", PAGE),
    ];
    BUILD_ADDRESS_ASKED = "cosmwasm.wasm.v1.QueryBuildAddressRequest": [
        one(1, "code_hash", Text),
        one(2, "creator_address", Text),
        one(3, "salt", Text),
        one(4, "init_args", Bytes),
    ];

    CODE_INFO_ASKED = "cosmwasm.wasm.v1.QueryCodeInfoRequest": [one(1, "code_id", U64)];
    WASM_LIMITS_ASKED = "cosmwasm.wasm.v1.QueryWasmLimitsConfigRequest": [];

    CONSENSUS_PARAMS_ASKED = "cosmos.consensus.v1.QueryParamsRequest": [];
    ALL_EVIDENCE_ASKED = "cosmos.evidence.v1beta1.QueryAllEvidenceRequest": [
        one(1, "pagination", PAGE),
    ];
    EVIDENCE_ASKED = "cosmos.evidence.v1beta1.QueryEvidenceRequest": [
        one(1, "evidence_hash", Bytes), one(2, "hash", Text),
    ];
    SLASHING_PARAMS_ASKED = "cosmos.slashing.v1beta1.QueryParamsRequest": [];
    SIGNING_INFOS_ASKED = "cosmos.slashing.v1beta1.QuerySigningInfosRequest": [
        one(1, "pagination", PAGE),
    ];
    SIGNING_INFO_ASKED = "cosmos.slashing.v1beta1.QuerySigningInfoRequest": [
        one(1, "cons_address", Text),
    ];
    CURRENT_PLAN_ASKED = "cosmos.upgrade.v1beta1.QueryCurrentPlanRequest": [];
    APPLIED_PLAN_ASKED = "cosmos.upgrade.v1beta1.QueryAppliedPlanRequest": [one(1, "name", Text)];
    UPGRADED_STATE_ASKED = "cosmos.upgrade.v1beta1.QueryUpgradedConsensusStateRequest": [
        one(1, "last_height", I64),
    ];
    MODULE_VERSIONS_ASKED = "cosmos.upgrade.v1beta1.QueryModuleVersionsRequest": [
        one(1, "module_name", Text),
    ];
    UPGRADE_AUTHORITY_ASKED = "cosmos.upgrade.v1beta1.QueryAuthorityRequest": [];
    AUTHORITY_ASKED = "stoa.privilege.v1.QueryAuthorityRequest": [];
    PRIVILEGES_ASKED = "stoa.privilege.v1.QueryPrivilegesRequest": [one(1, "contract", Text)];
    STOA_VALIDATORS_ASKED = "stoa.validators.v1.QueryValidatorsRequest": [];

    INTERFACES_ASKED = "cosmos.base.reflection.v1beta1.ListAllInterfacesRequest": [];
    IMPLEMENTATIONS_ASKED = "cosmos.base.reflection.v1beta1.ListImplementationsRequest": [
        one(1, "interface_name", Text),
    ];
    AUTHN_ASKED = "cosmos.base.reflection.v2alpha1.GetAuthnDescriptorRequest": [];
}

/// Requests of the same fields as another, under their own names.
pub(crate) static CHAIN_ASKED: Shape =
    named("cosmos.base.reflection.v2alpha1.GetChainDescriptorRequest", &AUTHN_ASKED);
pub(crate) static CODEC_ASKED: Shape =
    named("cosmos.base.reflection.v2alpha1.GetCodecDescriptorRequest", &AUTHN_ASKED);
pub(crate) static CONFIGURATION_ASKED: Shape =
    named("cosmos.base.reflection.v2alpha1.GetConfigurationDescriptorRequest", &AUTHN_ASKED);
pub(crate) static QUERY_SERVICES_ASKED: Shape =
    named("cosmos.base.reflection.v2alpha1.GetQueryServicesDescriptorRequest", &AUTHN_ASKED);
pub(crate) static TX_DESCRIPTOR_ASKED: Shape =
    named("cosmos.base.reflection.v2alpha1.GetTxDescriptorRequest", &AUTHN_ASKED);

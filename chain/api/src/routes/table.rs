//! The rows: `method "REST path" => gRPC method, request fields, answer`.

use super::{Method, Route};
use crate::{
    request::{Param, ParamKind},
    shapes,
};

macro_rules! routes {
    ($($prefix:literal => $service:literal {
        $($method:ident $path:literal => $rpc:ident $params:expr => $response:ident;)*
    })*) => {
        &[$($(Route {
            method: Method::$method,
            path: concat!($prefix, $path),
            grpc: concat!("/", $service, "/", stringify!($rpc)),
            params: $params,
            response: &shapes::$response,
        },)*)*]
    };
}

const fn text(number: u32, name: &'static str) -> Param {
    Param { number, name, kind: ParamKind::Text }
}

const fn texts(number: u32, name: &'static str) -> Param {
    Param { number, name, kind: ParamKind::Texts }
}

const fn number(number: u32, name: &'static str) -> Param {
    Param { number, name, kind: ParamKind::Number }
}

const fn base64(number: u32, name: &'static str) -> Param {
    Param { number, name, kind: ParamKind::Base64 }
}

const fn page(number: u32) -> Param {
    Param { number, name: "", kind: ParamKind::Page }
}

const MODE: Param = Param {
    number: 2,
    name: "mode",
    kind: ParamKind::Name(&[
        "BROADCAST_MODE_UNSPECIFIED",
        "BROADCAST_MODE_BLOCK",
        "BROADCAST_MODE_SYNC",
        "BROADCAST_MODE_ASYNC",
    ]),
};
const ORDER: Param = Param {
    number: 3,
    name: "order_by",
    kind: ParamKind::Name(&["ORDER_BY_UNSPECIFIED", "ORDER_BY_ASC", "ORDER_BY_DESC"]),
};
const ADDRESS: &[Param] = &[text(1, "address")];
const ADDRESS_AND_PAGE: &[Param] = &[text(1, "address"), page(2)];
const BUILT: &[Param] =
    &[text(1, "code_hash"), text(2, "creator_address"), text(3, "salt"), base64(4, "init_args")];
const CODE_AND_PAGE: &[Param] = &[number(1, "code_id"), page(2)];

/// All routes. A path is matched by the first row that fits, so fixed segments come before parameters.
pub(super) static ROUTES: &[Route] = routes! {
    "/cosmos/auth/v1beta1" => "cosmos.auth.v1beta1.Query" {
        Get  "/accounts" => Accounts &[page(1)] => ACCOUNTS;
        Get  "/accounts/{address}" => Account ADDRESS => ACCOUNT;
        Get  "/account_info/{address}" => AccountInfo ADDRESS => ACCOUNT_INFO;
        Get  "/params" => Params &[] => AUTH_PARAMS;
        Get  "/module_accounts" => ModuleAccounts &[] => MODULE_ACCOUNTS;
        Get  "/bech32" => Bech32Prefix &[] => BECH32_PREFIX;
    }
    "/cosmos/authz/v1beta1" => "cosmos.authz.v1beta1.Query" {
        Get  "/grants" => Grants &[text(1, "granter"), text(2, "grantee"), text(3, "msg_type_url"), page(4)] => GRANTS;
        Get  "/grants/granter/{granter}" => GranterGrants &[text(1, "granter"), page(2)] => NAMED_GRANTS;
        Get  "/grants/grantee/{grantee}" => GranteeGrants &[text(1, "grantee"), page(2)] => NAMED_GRANTS;
    }
    "/cosmos/bank/v1beta1" => "cosmos.bank.v1beta1.Query" {
        Get  "/balances/{address}" => AllBalances ADDRESS_AND_PAGE => BALANCES;
        Get  "/balances/{address}/by_denom" => Balance &[text(1, "address"), text(2, "denom")] => BALANCE;
        Get  "/spendable_balances/{address}" => SpendableBalances ADDRESS_AND_PAGE => BALANCES;
        Get  "/spendable_balances/{address}/by_denom" => SpendableBalanceByDenom &[text(1, "address"), text(2, "denom")] => BALANCE;
        Get  "/supply" => TotalSupply &[page(1)] => SUPPLY;
        Get  "/supply/by_denom" => SupplyOf &[text(1, "denom")] => SUPPLY_OF;
        Get  "/denoms_metadata" => DenomsMetadata &[page(1)] => DENOMS_METADATA;
        Get  "/denoms_metadata/{denom}" => DenomMetadata &[text(1, "denom")] => DENOM_METADATA;
        Get  "/denoms_metadata_by_query_string" => DenomMetadataByQueryString &[text(1, "denom")] => DENOM_METADATA;
        Get  "/denom_owners/{denom}" => DenomOwners &[text(1, "denom"), page(2)] => DENOM_OWNERS;
        Get  "/denom_owners_by_query" => DenomOwnersByQuery &[text(1, "denom"), page(2)] => DENOM_OWNERS;
        Get  "/send_enabled" => SendEnabled &[texts(1, "denoms"), page(99)] => SEND_ENABLED;
        Get  "/params" => Params &[] => BANK_PARAMS;
    }
    "/cosmos/feegrant/v1beta1" => "cosmos.feegrant.v1beta1.Query" {
        Get  "/allowance/{granter}/{grantee}" => Allowance &[text(1, "granter"), text(2, "grantee")] => ALLOWANCE;
        Get  "/allowances/{grantee}" => Allowances &[text(1, "grantee"), page(2)] => ALLOWANCES;
        Get  "/issued/{granter}" => AllowancesByGranter &[text(1, "granter"), page(2)] => ALLOWANCES;
    }
    "/cosmos/base/tendermint/v1beta1" => "cosmos.base.tendermint.v1beta1.Service" {
        Get  "/node_info" => GetNodeInfo &[] => NODE_INFO;
        Get  "/syncing" => GetSyncing &[] => SYNCING;
        Get  "/blocks/latest" => GetLatestBlock &[] => FOUND_BLOCK;
        Get  "/blocks/{height}" => GetBlockByHeight &[number(1, "height")] => FOUND_BLOCK;
        Get  "/validatorsets/latest" => GetLatestValidatorSet &[page(1)] => VALIDATOR_SET;
        Get  "/validatorsets/{height}" => GetValidatorSetByHeight &[number(1, "height"), page(2)] => VALIDATOR_SET;
    }
    "/cosmos/consensus/v1" => "cosmos.consensus.v1.Query" {
        Get  "/params" => Params &[] => CONSENSUS_PARAMS;
    }
    "/cosmos/evidence/v1beta1" => "cosmos.evidence.v1beta1.Query" {
        Get  "/evidence" => AllEvidence &[page(1)] => ALL_EVIDENCE;
        Get  "/evidence/{hash}" => Evidence &[text(2, "hash")] => FOUND_EVIDENCE;
    }
    "/cosmos/slashing/v1beta1" => "cosmos.slashing.v1beta1.Query" {
        Get  "/params" => Params &[] => SLASHING_PARAMS;
        Get  "/signing_infos" => SigningInfos &[page(1)] => SIGNING_INFOS;
        Get  "/signing_infos/{cons_address}" => SigningInfo &[text(1, "cons_address")] => SIGNING_INFO;
    }
    "/cosmos/upgrade/v1beta1" => "cosmos.upgrade.v1beta1.Query" {
        Get  "/current_plan" => CurrentPlan &[] => CURRENT_PLAN;
        Get  "/applied_plan/{name}" => AppliedPlan &[text(1, "name")] => APPLIED_PLAN;
        Get  "/upgraded_consensus_state/{last_height}" => UpgradedConsensusState &[number(1, "last_height")] => UPGRADED_CONSENSUS_STATE;
        Get  "/module_versions" => ModuleVersions &[text(1, "module_name")] => MODULE_VERSIONS;
        Get  "/authority" => Authority &[] => UPGRADE_AUTHORITY;
    }
    "/stoa/privilege/v1" => "stoa.privilege.v1.Query" {
        Get  "/authority" => Authority &[] => AUTHORITY;
        Get  "/privileges" => Privileges &[text(1, "contract")] => PRIVILEGES;
    }
    "/stoa/validators/v1" => "stoa.validators.v1.Query" {
        Get  "/validators" => Validators &[] => VALIDATORS;
    }
    "/stoa/beacon/v1" => "stoa.beacon.v1.Query" {
        Get  "/latest" => Latest &[] => BEACON_ANSWER;
        Get  "/beacons/{index}" => Beacon &[number(1, "index")] => BEACON_ANSWER;
    }
    "/cosmos/base/node/v1beta1" => "cosmos.base.node.v1beta1.Service" {
        Get  "/config" => Config &[] => NODE_CONFIG;
    }
    "/cosmos/tx/v1beta1" => "cosmos.tx.v1beta1.Service" {
        Post "/simulate" => Simulate &[base64(2, "tx_bytes")] => SIMULATION;
        Post "/txs" => BroadcastTx &[base64(1, "tx_bytes"), MODE] => BROADCAST;
        Get  "/txs" => GetTxsEvent &[text(6, "query"), text(1, "events"), ORDER, number(4, "page"), number(5, "limit")] => FOUND_TXS;
        Get  "/txs/{hash}" => GetTx &[text(1, "hash")] => FOUND_TX;
    }
    "/cosmwasm/wasm/v1" => "cosmwasm.wasm.v1.Query" {
        Get  "/code" => Codes &[page(1)] => CODES;
        Get  "/code/{code_id}" => Code &[number(1, "code_id")] => CODE;
        Get  "/code/{code_id}/contracts" => ContractsByCode CODE_AND_PAGE => CODE_CONTRACTS;
        Get  "/code-info/{code_id}" => CodeInfo &[number(1, "code_id")] => CODE_INFO_ANSWER;
        Get  "/codes/pinned" => PinnedCodes &[page(2)] => PINNED;
        Get  "/codes/params" => Params &[] => WASM_PARAMS;
        Get  "/wasm-limits-config" => WasmLimitsConfig &[] => WASM_LIMITS;
        Get  "/contract/build_address" => BuildAddress BUILT => BUILT_ADDRESS;
        Get  "/contract/{address}" => ContractInfo ADDRESS => CONTRACT;
        Get  "/contract/{address}/history" => ContractHistory ADDRESS_AND_PAGE => HISTORY;
        Get  "/contract/{address}/state" => AllContractState ADDRESS_AND_PAGE => STATE;
        Get  "/contract/{address}/raw/{query_data}" => RawContractState &[text(1, "address"), base64(2, "query_data")] => RAW;
        Get  "/contract/{address}/smart/{query_data}" => SmartContractState &[text(1, "address"), base64(2, "query_data")] => SMART;
        Get  "/contracts/creator/{creator_address}" => ContractsByCreator &[text(1, "creator_address"), page(2)] => CREATOR_CONTRACTS;
    }
};

//! The rows: `HTTP method "REST path" => gRPC method, request, answer`.

use super::{Method, Route};
use crate::shapes;

macro_rules! routes {
    ($($prefix:literal => $service:literal {
        $($method:ident $path:literal => $rpc:ident: $request:ident => $response:ident;)*
    })*) => {
        &[$($(Route {
            method: Method::$method,
            path: concat!($prefix, $path),
            service: $service,
            rpc: stringify!($rpc),
            grpc: concat!("/", $service, "/", stringify!($rpc)),
            request: &shapes::$request,
            response: &shapes::$response,
        },)*)*]
    };
}

/// All routes. A path is matched by the first row that fits, so fixed segments come before parameters.
pub(super) static ROUTES: &[Route] = routes! {
    "/cosmos/auth/v1beta1" => "cosmos.auth.v1beta1.Query" {
        Get  "/accounts" => Accounts: ACCOUNTS_ASKED => ACCOUNTS;
        Get  "/accounts/{address}" => Account: ACCOUNT_ASKED => ACCOUNT;
        Get  "/account_info/{address}" => AccountInfo: ACCOUNT_INFO_ASKED => ACCOUNT_INFO;
        Get  "/address_by_id/{id}" => AccountAddressByID: ADDRESS_OF_NUMBER_ASKED => ADDRESS_OF_NUMBER;
        Get  "/params" => Params: AUTH_PARAMS_ASKED => AUTH_PARAMS;
        Get  "/module_accounts" => ModuleAccounts: MODULE_ACCOUNTS_ASKED => MODULE_ACCOUNTS;
        Get  "/module_accounts/{name}" => ModuleAccountByName: MODULE_ACCOUNT_ASKED => MODULE_ACCOUNT_FOUND;
        Get  "/bech32" => Bech32Prefix: BECH32_PREFIX_ASKED => BECH32_PREFIX;
        // Two methods have one path in the interface files; the gateway asks the first, as here.
        Get  "/bech32/{address_bytes}" => AddressBytesToString: ADDRESS_TEXT_ASKED => ADDRESS_TEXT;
        Get  "/bech32/{address_string}" => AddressStringToBytes: ADDRESS_BYTES_ASKED => ADDRESS_BYTES;
    }
    "/cosmos/authz/v1beta1" => "cosmos.authz.v1beta1.Query" {
        Get  "/grants" => Grants: GRANTS_ASKED => GRANTS;
        Get  "/grants/granter/{granter}" => GranterGrants: GRANTER_GRANTS_ASKED => GRANTER_GRANTS;
        Get  "/grants/grantee/{grantee}" => GranteeGrants: GRANTEE_GRANTS_ASKED => GRANTEE_GRANTS;
    }
    "/cosmos/bank/v1beta1" => "cosmos.bank.v1beta1.Query" {
        Get  "/balances/{address}" => AllBalances: BALANCES_ASKED => BALANCES;
        Get  "/balances/{address}/by_denom" => Balance: BALANCE_ASKED => BALANCE;
        Get  "/spendable_balances/{address}" => SpendableBalances: SPENDABLE_BALANCES_ASKED => SPENDABLE_BALANCES;
        Get  "/spendable_balances/{address}/by_denom" => SpendableBalanceByDenom: SPENDABLE_BALANCE_ASKED => SPENDABLE_BALANCE;
        Get  "/supply" => TotalSupply: SUPPLY_ASKED => SUPPLY;
        Get  "/supply/by_denom" => SupplyOf: SUPPLY_OF_ASKED => SUPPLY_OF;
        Get  "/denoms_metadata" => DenomsMetadata: DENOMS_METADATA_ASKED => DENOMS_METADATA;
        Get  "/denoms_metadata/{denom=**}" => DenomMetadata: DENOM_METADATA_ASKED => DENOM_METADATA;
        Get  "/denoms_metadata_by_query_string" => DenomMetadataByQueryString: DENOM_METADATA_ASKED_BY_QUERY => DENOM_METADATA_BY_QUERY;
        Get  "/denom_owners/{denom=**}" => DenomOwners: DENOM_OWNERS_ASKED => DENOM_OWNERS;
        Get  "/denom_owners_by_query" => DenomOwnersByQuery: DENOM_OWNERS_ASKED_BY_QUERY => DENOM_OWNERS_BY_QUERY;
        Get  "/send_enabled" => SendEnabled: SEND_ENABLED_ASKED => SEND_ENABLED;
        Get  "/params" => Params: BANK_PARAMS_ASKED => BANK_PARAMS;
    }
    "/cosmos/feegrant/v1beta1" => "cosmos.feegrant.v1beta1.Query" {
        Get  "/allowance/{granter}/{grantee}" => Allowance: ALLOWANCE_ASKED => ALLOWANCE;
        Get  "/allowances/{grantee}" => Allowances: ALLOWANCES_ASKED => ALLOWANCES;
        Get  "/issued/{granter}" => AllowancesByGranter: ISSUED_ALLOWANCES_ASKED => ISSUED_ALLOWANCES;
    }
    "/cosmos/base/tendermint/v1beta1" => "cosmos.base.tendermint.v1beta1.Service" {
        Get  "/node_info" => GetNodeInfo: NODE_INFO_ASKED => NODE_INFO;
        Get  "/syncing" => GetSyncing: SYNCING_ASKED => SYNCING;
        Get  "/blocks/latest" => GetLatestBlock: LATEST_BLOCK_ASKED => LATEST_BLOCK;
        Get  "/blocks/{height}" => GetBlockByHeight: BLOCK_ASKED => FOUND_BLOCK;
        Get  "/validatorsets/latest" => GetLatestValidatorSet: LATEST_VALIDATORS_ASKED => LATEST_VALIDATORS;
        Get  "/validatorsets/{height}" => GetValidatorSetByHeight: VALIDATORS_ASKED => VALIDATORS_AT;
        Get  "/abci_query" => ABCIQuery: ABCI_ASKED => ABCI_ANSWER;
    }
    "/cosmos/consensus/v1" => "cosmos.consensus.v1.Query" {
        Get  "/params" => Params: CONSENSUS_PARAMS_ASKED => CONSENSUS_PARAMS;
    }
    "/cosmos/evidence/v1beta1" => "cosmos.evidence.v1beta1.Query" {
        Get  "/evidence" => AllEvidence: ALL_EVIDENCE_ASKED => ALL_EVIDENCE;
        Get  "/evidence/{hash}" => Evidence: EVIDENCE_ASKED => FOUND_EVIDENCE;
    }
    "/cosmos/slashing/v1beta1" => "cosmos.slashing.v1beta1.Query" {
        Get  "/params" => Params: SLASHING_PARAMS_ASKED => SLASHING_PARAMS;
        Get  "/signing_infos" => SigningInfos: SIGNING_INFOS_ASKED => SIGNING_INFOS;
        Get  "/signing_infos/{cons_address}" => SigningInfo: SIGNING_INFO_ASKED => SIGNING_INFO;
    }
    "/cosmos/upgrade/v1beta1" => "cosmos.upgrade.v1beta1.Query" {
        Get  "/current_plan" => CurrentPlan: CURRENT_PLAN_ASKED => CURRENT_PLAN;
        Get  "/applied_plan/{name}" => AppliedPlan: APPLIED_PLAN_ASKED => APPLIED_PLAN;
        Get  "/upgraded_consensus_state/{last_height}" => UpgradedConsensusState: UPGRADED_STATE_ASKED => UPGRADED_CONSENSUS_STATE;
        Get  "/module_versions" => ModuleVersions: MODULE_VERSIONS_ASKED => MODULE_VERSIONS;
        Get  "/authority" => Authority: UPGRADE_AUTHORITY_ASKED => UPGRADE_AUTHORITY;
    }
    "/stoa/privilege/v1" => "stoa.privilege.v1.Query" {
        Get  "/authority" => Authority: AUTHORITY_ASKED => AUTHORITY;
        Get  "/privileges" => Privileges: PRIVILEGES_ASKED => PRIVILEGES;
    }
    "/stoa/validators/v1" => "stoa.validators.v1.Query" {
        Get  "/validators" => Validators: STOA_VALIDATORS_ASKED => VALIDATORS;
    }
    "/stoa/beacon/v1" => "stoa.beacon.v1.Query" {
        Get  "/latest" => Latest: LATEST_BEACON_ASKED => LATEST_BEACON;
        Get  "/beacons/{index}" => Beacon: BEACON_ASKED => BEACON_ANSWER;
    }
    "/cosmos/base/node/v1beta1" => "cosmos.base.node.v1beta1.Service" {
        Get  "/config" => Config: NODE_CONFIG_ASKED => NODE_CONFIG;
        Get  "/status" => Status: NODE_STATUS_ASKED => NODE_STATUS;
    }
    "/cosmos/tx/v1beta1" => "cosmos.tx.v1beta1.Service" {
        Post "/simulate" => Simulate: SIMULATION_ASKED => SIMULATION;
        Post "/txs" => BroadcastTx: BROADCAST_ASKED => BROADCAST;
        Get  "/txs" => GetTxsEvent: TXS_ASKED => FOUND_TXS;
        Get  "/txs/{hash}" => GetTx: TX_ASKED => FOUND_TX;
        Get  "/txs/block/{height}" => GetBlockWithTxs: BLOCK_TXS_ASKED => BLOCK_TXS;
        Post "/decode" => TxDecode: DECODE_ASKED => DECODED_TX;
        Post "/decode/amino" => TxDecodeAmino: DECODE_AMINO_ASKED => DECODED_AMINO;
        Post "/encode" => TxEncode: ENCODE_ASKED => ENCODED_TX;
        Post "/encode/amino" => TxEncodeAmino: ENCODE_AMINO_ASKED => ENCODED_AMINO;
    }
    "/cosmwasm/wasm/v1" => "cosmwasm.wasm.v1.Query" {
        Get  "/code" => Codes: CODES_ASKED => CODES;
        Get  "/code/{code_id}" => Code: CODE_ASKED => CODE;
        Get  "/code/{code_id}/contracts" => ContractsByCode: CODE_CONTRACTS_ASKED => CODE_CONTRACTS;
        Get  "/code-info/{code_id}" => CodeInfo: CODE_INFO_ASKED => CODE_INFO_ANSWER;
        Get  "/codes/pinned" => PinnedCodes: PINNED_ASKED => PINNED;
        Get  "/codes/params" => Params: WASM_PARAMS_ASKED => WASM_PARAMS;
        Get  "/wasm-limits-config" => WasmLimitsConfig: WASM_LIMITS_ASKED => WASM_LIMITS;
        Get  "/contract/build_address" => BuildAddress: BUILD_ADDRESS_ASKED => BUILT_ADDRESS;
        Get  "/contract/{address}" => ContractInfo: CONTRACT_ASKED => CONTRACT;
        Get  "/contract/{address}/history" => ContractHistory: HISTORY_ASKED => HISTORY;
        Get  "/contract/{address}/state" => AllContractState: STATE_ASKED => STATE;
        Get  "/contract/{address}/raw/{query_data}" => RawContractState: RAW_ASKED => RAW;
        Get  "/contract/{address}/smart/{query_data}" => SmartContractState: SMART_ASKED => SMART;
        Get  "/contracts/creator/{creator_address}" => ContractsByCreator: CREATOR_CONTRACTS_ASKED => CREATOR_CONTRACTS;
    }
    "/cosmos/base/reflection/v1beta1" => "cosmos.base.reflection.v1beta1.ReflectionService" {
        Get  "/interfaces" => ListAllInterfaces: INTERFACES_ASKED => INTERFACES;
        Get  "/interfaces/{interface_name}/implementations" => ListImplementations: IMPLEMENTATIONS_ASKED => IMPLEMENTATIONS;
    }
    "/cosmos/base/reflection/v1beta1/app_descriptor" => "cosmos.base.reflection.v2alpha1.ReflectionService" {
        Get  "/authn" => GetAuthnDescriptor: AUTHN_ASKED => AUTHN;
        Get  "/chain" => GetChainDescriptor: CHAIN_ASKED => CHAIN;
        Get  "/codec" => GetCodecDescriptor: CODEC_ASKED => CODEC;
        Get  "/configuration" => GetConfigurationDescriptor: CONFIGURATION_ASKED => CONFIGURATION;
        Get  "/query_services" => GetQueryServicesDescriptor: QUERY_SERVICES_ASKED => QUERY_SERVICES;
        Get  "/tx_descriptor" => GetTxDescriptor: TX_DESCRIPTOR_ASKED => TX_DESCRIBED;
    }
};

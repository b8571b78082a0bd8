//! The one table: which REST path asks which gRPC path, with what, and how the answer looks.

use stoa_app::tx::schema::Shape;

use crate::{
    request::{Param, ParamKind},
    shapes,
};

/// HTTP method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Takes a JSON body.
    Post,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// REST path; segments in braces are parameters.
    pub(crate) path: &'static str,
    /// gRPC path.
    pub(crate) grpc: &'static str,
    /// Fields of the request.
    pub(crate) params: &'static [Param],
    /// The answer.
    pub(crate) response: &'static Shape,
}

const fn get(
    path: &'static str,
    grpc: &'static str,
    params: &'static [Param],
    response: &'static Shape,
) -> Route {
    Route { method: Method::Get, path, grpc, params, response }
}

const fn post(
    path: &'static str,
    grpc: &'static str,
    params: &'static [Param],
    response: &'static Shape,
) -> Route {
    Route { method: Method::Post, path, grpc, params, response }
}

const fn text(number: u32, name: &'static str) -> Param {
    Param { number, name, kind: ParamKind::Text }
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
const CODE_AND_PAGE: &[Param] = &[number(1, "code_id"), page(2)];

/// All routes. A path is matched by the first row that fits, so fixed segments come before parameters.
pub(crate) static ROUTES: &[Route] = &[
    get(
        "/cosmos/auth/v1beta1/accounts",
        "/cosmos.auth.v1beta1.Query/Accounts",
        &[page(1)],
        &shapes::ACCOUNTS,
    ),
    get(
        "/cosmos/auth/v1beta1/accounts/{address}",
        "/cosmos.auth.v1beta1.Query/Account",
        ADDRESS,
        &shapes::ACCOUNT,
    ),
    get(
        "/cosmos/auth/v1beta1/account_info/{address}",
        "/cosmos.auth.v1beta1.Query/AccountInfo",
        ADDRESS,
        &shapes::ACCOUNT_INFO,
    ),
    get(
        "/cosmos/auth/v1beta1/params",
        "/cosmos.auth.v1beta1.Query/Params",
        &[],
        &shapes::AUTH_PARAMS,
    ),
    get(
        "/cosmos/auth/v1beta1/module_accounts",
        "/cosmos.auth.v1beta1.Query/ModuleAccounts",
        &[],
        &shapes::MODULE_ACCOUNTS,
    ),
    get(
        "/cosmos/auth/v1beta1/bech32",
        "/cosmos.auth.v1beta1.Query/Bech32Prefix",
        &[],
        &shapes::BECH32_PREFIX,
    ),
    //
    get(
        "/cosmos/bank/v1beta1/balances/{address}",
        "/cosmos.bank.v1beta1.Query/AllBalances",
        ADDRESS_AND_PAGE,
        &shapes::BALANCES,
    ),
    get(
        "/cosmos/bank/v1beta1/balances/{address}/by_denom",
        "/cosmos.bank.v1beta1.Query/Balance",
        &[text(1, "address"), text(2, "denom")],
        &shapes::BALANCE,
    ),
    get(
        "/cosmos/bank/v1beta1/spendable_balances/{address}",
        "/cosmos.bank.v1beta1.Query/SpendableBalances",
        ADDRESS_AND_PAGE,
        &shapes::BALANCES,
    ),
    get(
        "/cosmos/bank/v1beta1/spendable_balances/{address}/by_denom",
        "/cosmos.bank.v1beta1.Query/SpendableBalanceByDenom",
        &[text(1, "address"), text(2, "denom")],
        &shapes::BALANCE,
    ),
    get(
        "/cosmos/bank/v1beta1/supply",
        "/cosmos.bank.v1beta1.Query/TotalSupply",
        &[page(1)],
        &shapes::SUPPLY,
    ),
    get(
        "/cosmos/bank/v1beta1/supply/by_denom",
        "/cosmos.bank.v1beta1.Query/SupplyOf",
        &[text(1, "denom")],
        &shapes::SUPPLY_OF,
    ),
    get(
        "/cosmos/bank/v1beta1/denoms_metadata",
        "/cosmos.bank.v1beta1.Query/DenomsMetadata",
        &[page(1)],
        &shapes::DENOMS_METADATA,
    ),
    get(
        "/cosmos/bank/v1beta1/denoms_metadata/{denom}",
        "/cosmos.bank.v1beta1.Query/DenomMetadata",
        &[text(1, "denom")],
        &shapes::DENOM_METADATA,
    ),
    get(
        "/cosmos/bank/v1beta1/denoms_metadata_by_query_string",
        "/cosmos.bank.v1beta1.Query/DenomMetadata",
        &[text(1, "denom")],
        &shapes::DENOM_METADATA,
    ),
    get(
        "/cosmos/bank/v1beta1/params",
        "/cosmos.bank.v1beta1.Query/Params",
        &[],
        &shapes::BANK_PARAMS,
    ),
    //
    get(
        "/cosmos/base/tendermint/v1beta1/node_info",
        "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo",
        &[],
        &shapes::NODE_INFO,
    ),
    get(
        "/cosmos/base/tendermint/v1beta1/syncing",
        "/cosmos.base.tendermint.v1beta1.Service/GetSyncing",
        &[],
        &shapes::SYNCING,
    ),
    get(
        "/cosmos/base/tendermint/v1beta1/blocks/latest",
        "/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock",
        &[],
        &shapes::FOUND_BLOCK,
    ),
    get(
        "/cosmos/base/tendermint/v1beta1/blocks/{height}",
        "/cosmos.base.tendermint.v1beta1.Service/GetBlockByHeight",
        &[number(1, "height")],
        &shapes::FOUND_BLOCK,
    ),
    get(
        "/cosmos/base/tendermint/v1beta1/validatorsets/latest",
        "/cosmos.base.tendermint.v1beta1.Service/GetLatestValidatorSet",
        &[page(1)],
        &shapes::VALIDATOR_SET,
    ),
    get(
        "/cosmos/base/tendermint/v1beta1/validatorsets/{height}",
        "/cosmos.base.tendermint.v1beta1.Service/GetValidatorSetByHeight",
        &[number(1, "height"), page(2)],
        &shapes::VALIDATOR_SET,
    ),
    get(
        "/cosmos/base/node/v1beta1/config",
        "/cosmos.base.node.v1beta1.Service/Config",
        &[],
        &shapes::NODE_CONFIG,
    ),
    //
    post(
        "/cosmos/tx/v1beta1/simulate",
        "/cosmos.tx.v1beta1.Service/Simulate",
        &[base64(2, "tx_bytes")],
        &shapes::SIMULATION,
    ),
    post(
        "/cosmos/tx/v1beta1/txs",
        "/cosmos.tx.v1beta1.Service/BroadcastTx",
        &[base64(1, "tx_bytes"), MODE],
        &shapes::BROADCAST,
    ),
    get(
        "/cosmos/tx/v1beta1/txs",
        "/cosmos.tx.v1beta1.Service/GetTxsEvent",
        &[text(6, "query"), text(1, "events"), ORDER, number(4, "page"), number(5, "limit")],
        &shapes::FOUND_TXS,
    ),
    get(
        "/cosmos/tx/v1beta1/txs/{hash}",
        "/cosmos.tx.v1beta1.Service/GetTx",
        &[text(1, "hash")],
        &shapes::FOUND_TX,
    ),
    //
    get("/cosmwasm/wasm/v1/code", "/cosmwasm.wasm.v1.Query/Codes", &[page(1)], &shapes::CODES),
    get(
        "/cosmwasm/wasm/v1/code/{code_id}",
        "/cosmwasm.wasm.v1.Query/Code",
        &[number(1, "code_id")],
        &shapes::CODE,
    ),
    get(
        "/cosmwasm/wasm/v1/code/{code_id}/contracts",
        "/cosmwasm.wasm.v1.Query/ContractsByCode",
        CODE_AND_PAGE,
        &shapes::CODE_CONTRACTS,
    ),
    get(
        "/cosmwasm/wasm/v1/codes/pinned",
        "/cosmwasm.wasm.v1.Query/PinnedCodes",
        &[page(2)],
        &shapes::PINNED,
    ),
    get(
        "/cosmwasm/wasm/v1/codes/params",
        "/cosmwasm.wasm.v1.Query/Params",
        &[],
        &shapes::WASM_PARAMS,
    ),
    get(
        "/cosmwasm/wasm/v1/contract/{address}",
        "/cosmwasm.wasm.v1.Query/ContractInfo",
        ADDRESS,
        &shapes::CONTRACT,
    ),
    get(
        "/cosmwasm/wasm/v1/contract/{address}/history",
        "/cosmwasm.wasm.v1.Query/ContractHistory",
        ADDRESS_AND_PAGE,
        &shapes::HISTORY,
    ),
    get(
        "/cosmwasm/wasm/v1/contract/{address}/state",
        "/cosmwasm.wasm.v1.Query/AllContractState",
        ADDRESS_AND_PAGE,
        &shapes::STATE,
    ),
    get(
        "/cosmwasm/wasm/v1/contract/{address}/raw/{query_data}",
        "/cosmwasm.wasm.v1.Query/RawContractState",
        &[text(1, "address"), base64(2, "query_data")],
        &shapes::RAW,
    ),
    get(
        "/cosmwasm/wasm/v1/contract/{address}/smart/{query_data}",
        "/cosmwasm.wasm.v1.Query/SmartContractState",
        &[text(1, "address"), base64(2, "query_data")],
        &shapes::SMART,
    ),
    get(
        "/cosmwasm/wasm/v1/contracts/creator/{creator_address}",
        "/cosmwasm.wasm.v1.Query/ContractsByCreator",
        &[text(1, "creator_address"), page(2)],
        &shapes::CREATOR_CONTRACTS,
    ),
];

/// The route of a path, and its parameters still percent-encoded.
pub(crate) fn find<'a>(
    method: Method,
    path: &'a str,
) -> Option<(&'static Route, Vec<(&'static str, &'a str)>)> {
    let fits = |route: &'static Route| Some((route, captures(route.path, path)?));
    ROUTES.iter().filter(|route| route.method == method).find_map(fits)
}

fn captures<'a>(template: &'static str, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let (mut expected, mut actual) = (template.split('/'), path.split('/'));
    let mut found = Vec::new();
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return Some(found),
            (Some(expected), Some(actual)) => {
                let name = expected.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
                match name {
                    Some(name) if !actual.is_empty() => found.push((name, actual)),
                    None if expected == actual => {}
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_segments_win_over_parameters() {
        let (route, captured) =
            find(Method::Get, "/cosmos/base/tendermint/v1beta1/blocks/latest").unwrap();
        assert!(route.grpc.ends_with("GetLatestBlock") && captured.is_empty());
        let (route, captured) =
            find(Method::Get, "/cosmos/base/tendermint/v1beta1/blocks/12/").unwrap();
        assert!(route.grpc.ends_with("GetBlockByHeight"));
        assert_eq!(captured, [("height", "12")]);
    }

    #[test]
    fn an_encoded_slash_stays_inside_its_segment() {
        let (_, captured) =
            find(Method::Get, "/cosmwasm/wasm/v1/contract/stoa1x/smart/a%2Fb=").unwrap();
        assert_eq!(captured, [("address", "stoa1x"), ("query_data", "a%2Fb=")]);
    }

    #[test]
    fn foreign_and_unfinished_paths_are_not_found() {
        for path in ["/", "", "/cosmos/gov/v1/proposals", "/cosmos/bank/v1beta1/balances/"] {
            assert!(find(Method::Get, path).is_none(), "{path}");
        }
        assert!(find(Method::Post, "/cosmos/bank/v1beta1/supply").is_none());
    }

    #[test]
    fn every_parameter_of_a_path_is_a_field_of_its_request() {
        for route in ROUTES {
            for segment in route.path.split('/').filter(|segment| segment.starts_with('{')) {
                let name = segment.trim_matches(['{', '}']);
                assert!(route.params.iter().any(|param| param.name == name), "{}", route.path);
            }
        }
    }
}

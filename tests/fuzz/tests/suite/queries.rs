//! Questions: every path, with changed requests, at any height, with and without proofs.

use std::sync::OnceLock;

use cosmos_sdk_proto::cosmos::{
    authz::v1beta1::QueryGrantsRequest,
    bank::v1beta1::{QueryBalanceRequest, QueryDenomOwnersRequest},
    base::query::v1beta1::PageRequest,
    feegrant::v1beta1::QueryAllowanceRequest,
    tx::v1beta1::SimulateRequest,
};
use proptest::prelude::*;
use prost::Message as _;
use stoa_app::QueryRequest;
use stoa_fuzz::{byte_edits, edit_bytes, edit_fields, field_edits};
use stoa_mock_consensus::{Genesis, MockChain, send};
use stoa_proto::cosmwasm::wasm::v1::{
    QueryBuildAddressRequest, QueryContractsByCodeRequest, QueryRawContractStateRequest,
    QuerySmartContractStateRequest,
};

use crate::{cases, in_time, seeds};

const SERVICES: &[(&str, &[&str])] = &[
    (
        "cosmos.auth.v1beta1.Query",
        &[
            "Accounts",
            "Account",
            "AccountInfo",
            "Params",
            "ModuleAccounts",
            "ModuleAccountByName",
            "Bech32Prefix",
            "AccountAddressByID",
        ],
    ),
    ("cosmos.authz.v1beta1.Query", &["Grants", "GranterGrants", "GranteeGrants"]),
    (
        "cosmos.bank.v1beta1.Query",
        &[
            "Balance",
            "SpendableBalanceByDenom",
            "AllBalances",
            "SpendableBalances",
            "TotalSupply",
            "SupplyOf",
            "DenomMetadata",
            "DenomMetadataByQueryString",
            "DenomOwners",
            "DenomOwnersByQuery",
            "SendEnabled",
            "DenomsMetadata",
            "Params",
        ],
    ),
    ("cosmos.feegrant.v1beta1.Query", &["Allowance", "Allowances", "AllowancesByGranter"]),
    ("cosmos.tx.v1beta1.Service", &["Simulate"]),
    ("cosmos.base.node.v1beta1.Service", &["Config"]),
    (
        "cosmwasm.wasm.v1.Query",
        &[
            "ContractInfo",
            "ContractHistory",
            "ContractsByCode",
            "ContractsByCreator",
            "AllContractState",
            "RawContractState",
            "SmartContractState",
            "BuildAddress",
            "Code",
            "Codes",
            "PinnedCodes",
            "Params",
            "CodeInfo",
        ],
    ),
    ("cosmos.consensus.v1.Query", &["Params"]),
    ("cosmos.evidence.v1beta1.Query", &["Evidence", "AllEvidence"]),
    ("cosmos.slashing.v1beta1.Query", &["Params", "SigningInfo", "SigningInfos"]),
    (
        "cosmos.upgrade.v1beta1.Query",
        &["CurrentPlan", "AppliedPlan", "UpgradedConsensusState", "ModuleVersions", "Authority"],
    ),
    ("stoa.beacon.v1.Query", &["Beacon", "Latest"]),
    ("stoa.privilege.v1.Query", &["Authority", "Privileges"]),
    ("stoa.validators.v1.Query", &["Validators"]),
];

struct Asked {
    chain: MockChain,
    paths: Vec<String>,
    requests: Vec<Vec<u8>>,
}

fn asked() -> &'static Asked {
    static ASKED: OnceLock<Asked> = OnceLock::new();
    ASKED.get_or_init(|| {
        let (buyer, provider) = seeds::actors();
        let genesis =
            Genesis::new().with_balance(&buyer, 1_000_000_000_000).with_balance(&provider, 7);
        let mut chain = MockChain::new(&genesis).unwrap();
        let contract = chain.deploy_probe(&buyer).unwrap();
        for message in seeds::messages(&contract) {
            let tx = chain.tx(&buyer).unwrap().message(message).gas(4_000_000).fee(100_000);
            chain.deliver(tx.sign(&buyer)).unwrap();
        }
        let methods = SERVICES.iter().flat_map(|(service, methods)| {
            methods.iter().map(move |method| format!("/{service}/{method}"))
        });
        let stores = ["acc", "bank", "wasm", "consensus", "nothing", ""]
            .map(|name| format!("/store/{name}/key"));
        let others = ["/app/version", "/app/simulate", "/store/bank/subspace", "", "/", "//////"]
            .map(str::to_owned);
        let paths = methods.chain(stores).chain(others).collect();
        Asked { requests: requests(&chain, &contract), chain, paths }
    })
}

fn requests(chain: &MockChain, contract: &str) -> Vec<Vec<u8>> {
    let (buyer, provider) = seeds::actors();
    let (address, other) = (buyer.address().to_string(), provider.address().to_string());
    let page = || {
        Some(PageRequest { key: vec![1], offset: 1, limit: 3, count_total: true, reverse: true })
    };
    let smart = |query: &str| {
        let (address, query_data) = (contract.to_owned(), query.as_bytes().to_vec());
        QuerySmartContractStateRequest { address, query_data }.encode_to_vec()
    };
    let tx =
        chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 1)).unsigned(&buyer);
    vec![
        QueryBalanceRequest { address: address.clone(), denom: "ustoa".to_owned() }.encode_to_vec(),
        QueryDenomOwnersRequest { denom: "ustoa".to_owned(), pagination: page() }.encode_to_vec(),
        QueryGrantsRequest {
            granter: address.clone(),
            grantee: other.clone(),
            msg_type_url: "/cosmos.bank.v1beta1.MsgSend".to_owned(),
            pagination: page(),
        }
        .encode_to_vec(),
        QueryAllowanceRequest { granter: address.clone(), grantee: other }.encode_to_vec(),
        SimulateRequest { tx_bytes: tx, ..SimulateRequest::default() }.encode_to_vec(),
        QueryContractsByCodeRequest { code_id: 1, pagination: page() }.encode_to_vec(),
        QueryRawContractStateRequest { address: contract.to_owned(), query_data: b"k".to_vec() }
            .encode_to_vec(),
        smart(r#"{"get":{"key":"k"}}"#),
        smart(r#"{"scan":{"start":"a","end":null,"descending":true}}"#),
        smart(r#"{"nest":{"depth":4}}"#),
        smart(r#"{"chain":{"request":{"bank":{"supply":{"denom":"ustoa"}}}}}"#),
        QueryBuildAddressRequest {
            code_hash: "ab".repeat(32),
            creator_address: address,
            salt: "cd".to_owned(),
            init_args: b"{}".to_vec(),
        }
        .encode_to_vec(),
        vec![],
    ]
}

fn ask(path: &str, data: Vec<u8>, height: i64, prove: bool) {
    let request = QueryRequest { path: path.to_owned(), data, height, prove };
    let answer = in_time(|| asked().chain.app().unwrap().query(&request));
    assert!(!answer.log.contains("recovered: "), "{request:?}: {}", answer.log);
    assert!(!answer.log.contains("internal error"), "{request:?}: {}", answer.log);
}

fn height() -> impl Strategy<Value = i64> {
    prop_oneof![6 => Just(0i64), 3 => 0i64..40, 1 => any::<i64>()]
}

#[test]
fn every_path_answers_every_request() {
    for path in &asked().paths {
        for request in &asked().requests {
            for prove in [false, true] {
                ask(path, request.clone(), 0, prove);
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn changed_questions_are_answered(
        path: prop::sample::Index, request: prop::sample::Index, height in height(), prove: bool,
        fields in field_edits(), bytes in byte_edits(), on_path: bool,
    ) {
        let Asked { paths, requests, .. } = asked();
        let data = edit_fields(&requests[request.index(requests.len())], &fields);
        if on_path {
            let changed = edit_bytes(paths[path.index(paths.len())].as_bytes(), &bytes);
            ask(&String::from_utf8_lossy(&changed), data, height, prove);
        } else {
            ask(&paths[path.index(paths.len())], data, height, prove);
        }
    }

    #[test]
    fn random_questions_are_answered(
        path: prop::sample::Index, data in proptest::collection::vec(any::<u8>(), 0..300),
        height in height(), prove: bool,
    ) {
        let paths = &asked().paths;
        ask(&paths[path.index(paths.len())], data, height, prove);
    }
}

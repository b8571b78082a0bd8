//! Queries from outside, and from contracts.

use cosmos_sdk_proto::cosmos::base::query::v1beta1::PageRequest;
use serde_json::{Value, json};
use stoa_modules::{GasMeter, auth::AccAddress, wasm::MAX_QUERY_DEPTH};
use stoa_proto::cosmwasm::wasm::v1::{
    ContractCodeHistoryOperationType, QueryAllContractStateRequest, QueryAllContractStateResponse,
    QueryCodeRequest, QueryCodeResponse, QueryCodesRequest, QueryCodesResponse,
    QueryContractHistoryRequest, QueryContractHistoryResponse, QueryContractInfoRequest,
    QueryContractInfoResponse, QueryContractsByCodeRequest, QueryContractsByCodeResponse,
    QueryContractsByCreatorRequest, QueryContractsByCreatorResponse, QueryParamsRequest,
    QueryParamsResponse, QueryPinnedCodesRequest, QueryPinnedCodesResponse,
    QueryRawContractStateRequest, QueryRawContractStateResponse,
};

use crate::{chain::*, messages::*};

#[test]
fn the_chain_describes_contracts_and_codes() {
    let (mut chain, probe) = Chain::with_probe();
    let second = chain.store(&with_section(probe_wasm(), "cw_migrate_version", "2"));
    let other = chain.instantiate(1);
    chain.deliver(GAS, &migrate(&probe, second)).result.unwrap();
    let address = probe.to_string();
    let info: QueryContractInfoResponse =
        chain.ask("ContractInfo", &QueryContractInfoRequest { address: address.clone() }).unwrap();
    let found = info.contract_info.unwrap();
    assert_eq!((found.code_id, found.label.as_str(), info.address), (2, "probe", address.clone()));
    assert_eq!((&found.creator, &found.admin), (&buyer().to_string(), &buyer().to_string()));
    assert_eq!(found.created.unwrap().block_height, 12);
    let history: QueryContractHistoryResponse = chain
        .ask("ContractHistory", &QueryContractHistoryRequest { address, pagination: None })
        .unwrap();
    let operations: Vec<_> = history.entries.iter().map(|entry| entry.operation()).collect();
    use ContractCodeHistoryOperationType::{Init, Migrate};
    assert_eq!(operations, [Init, Migrate]);
    for (code_id, expected) in [(1, &other), (2, &probe)] {
        let request = QueryContractsByCodeRequest { code_id, pagination: None };
        let found: QueryContractsByCodeResponse = chain.ask("ContractsByCode", &request).unwrap();
        assert_eq!(found.contracts, [expected.to_string()]);
    }
    let request =
        QueryContractsByCreatorRequest { creator_address: buyer().to_string(), pagination: None };
    let made: QueryContractsByCreatorResponse = chain.ask("ContractsByCreator", &request).unwrap();
    assert_eq!(made.contract_addresses.len(), 2);
}

#[test]
fn the_chain_hands_out_code_and_parameters() {
    let (mut chain, _) = Chain::with_probe();
    chain.store(probe_wasm());
    let code: QueryCodeResponse = chain.ask("Code", &QueryCodeRequest { code_id: 1 }).unwrap();
    assert_eq!(code.data, probe_wasm());
    let codes: QueryCodesResponse =
        chain.ask("Codes", &QueryCodesRequest { pagination: None }).unwrap();
    let ids: Vec<u64> = codes.code_infos.iter().map(|info| info.code_id).collect();
    assert_eq!(ids, [1, 2]);
    let pinned: QueryPinnedCodesResponse =
        chain.ask("PinnedCodes", &QueryPinnedCodesRequest { pagination: None }).unwrap();
    assert!(pinned.code_ids.is_empty());
    let params: QueryParamsResponse = chain.ask("Params", &QueryParamsRequest {}).unwrap();
    assert_eq!(params.params, Some(stoa_modules::wasm::default_params()));
}

#[test]
fn what_does_not_exist_is_named() {
    let (chain, _) = Chain::with_probe();
    let nobody = attacker().to_string();
    let request = QueryContractInfoRequest { address: nobody.clone() };
    let error = chain.ask::<QueryContractInfoResponse>("ContractInfo", &request).unwrap_err();
    assert_eq!((error.codespace(), error.code()), ("wasm", 22));
    assert_eq!(error.to_string(), format!("address {nobody}: no such contract"));
    let request = QueryContractInfoRequest { address: "stoa1x".to_owned() };
    let error = chain.ask::<QueryContractInfoResponse>("ContractInfo", &request).unwrap_err();
    assert_eq!((error.codespace(), error.code()), ("sdk", 18));
    let error =
        chain.ask::<QueryCodeResponse>("Code", &QueryCodeRequest { code_id: 9 }).unwrap_err();
    assert_eq!((error.codespace(), error.code()), ("wasm", 28));
    assert_eq!(chain.try_smart(&attacker(), &json!({})).unwrap_err().code(), 22);
    let ctx = chain.ctx(GasMeter::new(GAS));
    assert!(chain.wasm.query(&ctx, "/cosmos.bank.v1beta1.Query/Balance", b"").is_none());
    let malformed = chain.wasm.query(&ctx, "/cosmwasm.wasm.v1.Query/Code", &[0xff]);
    assert_eq!(malformed.unwrap().unwrap_err().code(), 18);
}

#[test]
fn raw_state_is_readable_by_key_and_page() {
    let (mut chain, probe) = Chain::with_probe();
    chain.must(&probe, &json!({"fill": {"count": 5, "bytes": 2}}));
    let address = probe.to_string();
    let raw = |key: &[u8]| -> QueryRawContractStateResponse {
        let request =
            QueryRawContractStateRequest { address: address.clone(), query_data: key.to_vec() };
        chain.ask("RawContractState", &request).unwrap()
    };
    assert_eq!(raw(b"fill/00003").data, [1, 1]);
    assert!(raw(b"nothing").data.is_empty());
    let page = |pagination: PageRequest| -> QueryAllContractStateResponse {
        let request =
            QueryAllContractStateRequest { address: address.clone(), pagination: Some(pagination) };
        chain.ask("AllContractState", &request).unwrap()
    };
    let first = page(PageRequest { limit: 4, ..PageRequest::default() });
    let next_key = first.pagination.unwrap().next_key;
    let rest = page(PageRequest { key: next_key, ..PageRequest::default() });
    let keys: Vec<Vec<u8>> =
        first.models.into_iter().chain(rest.models).map(|model| model.key).collect();
    assert_eq!(keys.len(), 6);
    assert!(keys.is_sorted());
    let backwards = page(PageRequest { limit: 1, reverse: true, ..PageRequest::default() });
    assert_eq!(backwards.models[0].key, b"fill/00004");
    let request = QueryAllContractStateRequest {
        address: address.clone(),
        pagination: Some(PageRequest { offset: 1, ..PageRequest::default() }),
    };
    let error = chain.ask::<QueryAllContractStateResponse>("AllContractState", &request);
    assert_eq!(error.unwrap_err().code(), 18);
}

#[test]
fn contracts_walk_their_state_in_both_directions() {
    let (mut chain, probe) = Chain::with_probe();
    for key in ["a", "b", "c"] {
        chain.must(&probe, &json!({"set": {"key": key, "value": key}}));
    }
    let keys = |start: Value, end: Value, descending: bool| -> Vec<String> {
        let query = json!({"scan": {"start": start, "end": end, "descending": descending}});
        let found: Vec<(String, String)> =
            serde_json::from_value(chain.smart(&probe, &query)).unwrap();
        found.into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(keys(json!(null), json!(null), false), ["a", "b", "c", "creator"]);
    assert_eq!(keys(json!(null), json!(null), true), ["creator", "c", "b", "a"]);
    assert_eq!(keys(json!("b"), json!("c"), false), ["b"]);
    assert_eq!(keys(json!("b"), json!(null), true), ["creator", "c", "b"]);
    assert!(keys(json!("c"), json!("a"), false).is_empty());
    assert!(keys(json!("c"), json!("a"), true).is_empty());
}

#[test]
fn smart_queries_end_with_their_gas_and_change_nothing() {
    let (chain, probe) = Chain::with_probe();
    let before = chain.state();
    let error = chain.try_smart(&probe, &json!({"loop": {}})).unwrap_err();
    assert_eq!((error.codespace(), error.code()), ("sdk", 11));
    let error = chain.try_smart(&probe, &json!({"unknown": {}})).unwrap_err();
    assert_eq!((error.codespace(), error.code()), ("wasm", 9));
    assert_eq!(chain.state(), before);
}

#[test]
fn queries_nest_to_the_bound_and_no_deeper() {
    let (chain, probe) = Chain::with_probe();
    let deepest = MAX_QUERY_DEPTH - 1;
    assert_eq!(chain.smart(&probe, &json!({"nest": {"depth": deepest}})), json!("bottom"));
    let told = chain.smart(&probe, &json!({"nest": {"depth": MAX_QUERY_DEPTH}}));
    assert_eq!(told, json!("refused: codespace: wasm, code: 27"));
}

#[test]
fn contracts_know_the_block_and_themselves() {
    let (chain, probe) = Chain::with_probe();
    assert_eq!(
        chain.smart(&probe, &json!({"env": {}})),
        json!({
            "block": {"height": 12, "time": "1700000000123456789", "chain_id": "stoa-test-1"},
            "transaction": {"index": 3},
            "contract": {"address": probe.to_string()},
        })
    );
}

#[test]
fn contracts_ask_about_money_and_each_other() {
    let (chain, probe) = Chain::with_probe();
    let ask = |request: Value| chain.smart(&probe, &json!({"chain": {"request": request}}));
    let (rich, address) = (buyer().to_string(), probe.to_string());
    let balance = json!({"bank": {"balance": {"address": rich, "denom": "ustoa"}}});
    assert_eq!(ask(balance)["amount"], json!({"denom": "ustoa", "amount": "1000"}));
    let all = json!({"bank": {"all_balances": {"address": rich}}});
    assert_eq!(ask(all)["amount"], json!([{"denom": "ustoa", "amount": "1000"}]));
    let supply = json!({"bank": {"supply": {"denom": "ustoa"}}});
    assert_eq!(ask(supply)["amount"]["amount"], "1000");
    let info = ask(json!({"wasm": {"contract_info": {"contract_addr": address}}}));
    assert_eq!((&info["code_id"], &info["pinned"]), (&json!(1), &json!(false)));
    let code = ask(json!({"wasm": {"code_info": {"code_id": 1}}}));
    assert_eq!(code["creator"], json!(rich));
    let key = base64(b"creator");
    let ctx_value = json!({"wasm": {"raw": {"contract_addr": address, "key": key}}});
    let request = json!({"chain": {"request": ctx_value}});
    let raw = stoa_proto::cosmwasm::wasm::v1::QuerySmartContractStateRequest {
        address: address.clone(),
        query_data: request.to_string().into_bytes(),
    };
    let raw: stoa_proto::cosmwasm::wasm::v1::QuerySmartContractStateResponse =
        chain.ask("SmartContractState", &raw).unwrap();
    assert_eq!(raw.data, rich.as_bytes());
}

#[test]
fn contracts_read_why_the_chain_does_not_answer() {
    let (chain, probe) = Chain::with_probe();
    let ask = |request: Value| chain.smart(&probe, &json!({"chain": {"request": request}}));
    let nobody = attacker().to_string();
    let smart = |address: &AccAddress, query: Value| {
        let msg = base64(query.to_string().as_bytes());
        json!({"wasm": {"smart": {"contract_addr": address.to_string(), "msg": msg}}})
    };
    assert_eq!(ask(smart(&attacker(), json!({}))), format!("system: No such contract: {nobody}"));
    assert_eq!(ask(json!({"wasm": {"code_info": {"code_id": 77}}})), "system: No such code: 77");
    let grpc = json!({"grpc": {"path": "/cosmos.bank.v1beta1.Query/Params", "data": ""}});
    assert_eq!(
        ask(grpc),
        "system: Unsupported query type: gRPC queries are disabled on this chain"
    );
    assert_eq!(ask(json!({"custom": {}})), "system: Unsupported query type: custom");
    let told = ask(smart(&probe, json!({"unknown": {}})));
    assert!(told.as_str().unwrap().ends_with(": query wasm contract failed"), "{told}");
}

#[test]
fn addresses_are_checked_for_contracts() {
    let (chain, probe) = Chain::with_probe();
    let ask = |text: &str| chain.smart(&probe, &json!({"address": {"text": text}}));
    let (wallet, contract) = (buyer().to_string(), probe.to_string());
    assert_eq!(ask(&wallet), json!([wallet, wallet]));
    assert_eq!(ask(&contract), json!([contract, contract]));
    let upper = ask(&wallet.to_uppercase());
    assert!(upper[0].as_str().unwrap().contains("not normalized"), "{upper}");
    assert_eq!(upper[1], wallet);
    for bad in ["", "cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta", "stoa1"] {
        let told = ask(bad);
        assert!(told[0].as_str().unwrap().contains("rror"), "{told}");
    }
}

//! Queries that a contract makes while it is called.

use serde_json::{Value, json};

use super::crypto;

pub(super) fn all() -> Vec<(String, Value)> {
    let chain = |query: Value| json!({"chain": {"request": query}});
    let smart = |address: &str, query: Value| {
        chain(json!({"wasm": {"smart": {"contract_addr": address, "msg": {"@binary": query}}}}))
    };
    let scan = |start: Value, end: Value, descending: bool| json!({"scan": {"start": start, "end": end, "descending": descending}});
    let walk = |values: bool, descending: bool, count: u32| json!({"walk": {"values": values, "descending": descending, "count": count}});
    let mut queries = vec![
        ("value", json!({"get": {"key": "entry1"}})),
        ("no value", json!({"get": {"key": "nothing"}})),
        ("everything", scan(json!(null), json!(null), false)),
        ("everything backwards", scan(json!(null), json!(null), true)),
        ("a range", scan(json!("entry1"), json!("entry4"), false)),
        ("a range backwards", scan(json!("entry1"), json!("entry4"), true)),
        ("an empty range", scan(json!("x"), json!("y"), false)),
        ("a reversed range", scan(json!("entry4"), json!("entry1"), false)),
        ("an equal range", scan(json!("entry4"), json!("entry4"), true)),
        ("keys", walk(false, false, 100)),
        ("values backwards", walk(true, true, 100)),
        ("two keys", walk(false, true, 2)),
        ("no keys", walk(false, false, 0)),
        ("env", json!({"env": {}})),
        ("address", json!({"address": {"text": "@alice"}})),
        ("contract address", json!({"address": {"text": "@one"}})),
        (
            "upper-case address",
            json!({"address": {"text": "STOA1QYPQXPQ9QCRSSZG2PVXQ6RS0ZQG3YYC5LZV7XU"}}),
        ),
        ("broken address", json!({"address": {"text": "stoa1qqq"}})),
        ("empty address", json!({"address": {"text": ""}})),
        (
            "foreign address",
            json!({"address": {"text": "cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta"}}),
        ),
        ("nested 1", json!({"nest": {"depth": 1}})),
        ("nested 5", json!({"nest": {"depth": 5}})),
        ("nested too deep", json!({"nest": {"depth": 12}})),
        ("refusal", json!({"fail": {"text": "no <way>"}})),
        ("panic", json!({"panic": {"text": "oh"}})),
        ("balance", chain(json!({"bank": {"balance": {"address": "@one", "denom": "ustoa"}}}))),
        (
            "no balance",
            chain(json!({"bank": {"balance": {"address": "@nobody", "denom": "ustoa"}}})),
        ),
        (
            "balance of a broken address",
            chain(json!({"bank": {"balance": {"address": "x", "denom": "ustoa"}}})),
        ),
        ("all balances", chain(json!({"bank": {"all_balances": {"address": "@one"}}}))),
        ("no balances", chain(json!({"bank": {"all_balances": {"address": "@nobody"}}}))),
        ("supply", chain(json!({"bank": {"supply": {"denom": "ustoa"}}}))),
        ("no supply", chain(json!({"bank": {"supply": {"denom": "unknown"}}}))),
        ("contract", chain(json!({"wasm": {"contract_info": {"contract_addr": "@two"}}}))),
        ("no contract", chain(json!({"wasm": {"contract_info": {"contract_addr": "@nobody"}}}))),
        ("code", chain(json!({"wasm": {"code_info": {"code_id": 1}}}))),
        ("no code", chain(json!({"wasm": {"code_info": {"code_id": 99}}}))),
        ("code zero", chain(json!({"wasm": {"code_info": {"code_id": 0}}}))),
        ("raw", chain(json!({"wasm": {"raw": {"contract_addr": "@two", "key": "ZW50cnkx"}}}))),
        ("raw nothing", chain(json!({"wasm": {"raw": {"contract_addr": "@two", "key": "eA=="}}}))),
        (
            "raw of nobody",
            chain(json!({"wasm": {"raw": {"contract_addr": "@nobody", "key": "eA=="}}})),
        ),
        ("smart", smart("@two", json!({"get": {"key": "entry2"}}))),
        ("smart of itself", smart("@one", json!({"get": {"key": "entry2"}}))),
        ("smart refused", smart("@two", json!({"fail": {"text": "<no>"}}))),
        ("smart panics", smart("@two", json!({"panic": {"text": "oh"}}))),
        ("smart of nobody", smart("@nobody", json!({}))),
        ("smart of a broken address", smart("<x>", json!({}))),
        ("smart with a foreign message", smart("@two", json!({"nothing": 1}))),
        ("smart scan", smart("@two", scan(json!(null), json!(null), true))),
        (
            "stargate",
            chain(json!({"stargate": {"path": "/cosmos.bank.v1beta1.Query/Params", "data": ""}})),
        ),
        ("grpc", chain(json!({"grpc": {"path": "/cosmos.bank.v1beta1.Query/Params", "data": ""}}))),
        ("port", chain(json!({"ibc": {"port_id": {}}}))),
    ];
    queries.extend(crypto::all());
    queries.into_iter().map(|(name, query)| (name.to_owned(), query)).collect()
}

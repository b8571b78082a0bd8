//! Messages of contracts.

use serde_json::{Value, json};

use super::{
    super::{Action, Tx},
    PROBE, send,
};

/// All kinds of messages that a contract can send.
pub(super) fn txs() -> Vec<Tx> {
    let action = |action: Action| json!({"@message": action});
    let any = |type_url: &str, value: Value| json!({"any": {"type_url": type_url, "value": value}});
    let stargate =
        |type_url: &str, value: Value| json!({"stargate": {"type_url": type_url, "value": value}});
    let coin = |amount: &str| json!([{"denom": "ustoa", "amount": amount}]);
    let make = |label: &str, admin: Value| {
        json!({"wasm": {"instantiate": {"admin": admin, "code_id": {"@code": PROBE},
            "msg": {"@binary": {}}, "funds": [{"denom": "ustoa", "amount": "2"}], "label": label}}})
    };
    let wasm = |kind: &str, fields: Value| json!({"wasm": {kind: fields}});
    let kinds = vec![
        ("nothing to send", json!({"bank": {"send": {"to_address": "@bob", "amount": []}}})),
        ("zero to send", json!({"bank": {"send": {"to_address": "@bob", "amount": coin("0")}}})),
        (
            "two coins unsorted",
            json!({"bank": {"send": {"to_address": "@bob", "amount":
            [{"denom": "ustoa", "amount": "1"}, {"denom": "uother", "amount": "2"}]}}}),
        ),
        (
            "the same coin twice",
            json!({"bank": {"send": {"to_address": "@bob", "amount":
            [{"denom": "ustoa", "amount": "1"}, {"denom": "ustoa", "amount": "2"}]}}}),
        ),
        (
            "to a broken address",
            json!({"bank": {"send": {"to_address": "x", "amount": coin("1")}}}),
        ),
        (
            "to a newcomer",
            json!({"bank": {"send": {"to_address": "@a newcomer", "amount": coin("1")}}}),
        ),
        (
            "to the fee collector",
            json!({"bank": {"send": {"to_address": "@fee_collector", "amount": coin("1")}}}),
        ),
        ("burn", json!({"bank": {"burn": {"amount": coin("5")}}})),
        ("burn again", json!({"bank": {"burn": {"amount": coin("5")}}})),
        ("burn nothing", json!({"bank": {"burn": {"amount": []}}})),
        ("burn too much", json!({"bank": {"burn": {"amount": coin("99999999999")}}})),
        ("instantiate", make("child", json!(null))),
        ("instantiate with an admin", make("child", json!("@one"))),
        ("instantiate with a bad label", make("", json!(null))),
        (
            "instantiate 2",
            wasm(
                "instantiate2",
                json!({"admin": null, "code_id": {"@code": PROBE},
            "msg": {"@binary": {}}, "funds": [], "label": "salted", "salt": "c2FsdA=="}),
            ),
        ),
        (
            "migrate another's",
            wasm(
                "migrate",
                json!({"contract_addr": "@two", "new_code_id": {"@code": PROBE},
            "msg": {"@binary": {}}}),
            ),
        ),
        (
            "update another's admin",
            wasm("update_admin", json!({"contract_addr": "@two", "admin": "@bob"})),
        ),
        ("clear another's admin", wasm("clear_admin", json!({"contract_addr": "@two"}))),
        (
            "pay and execute",
            json!({"wasm": {"execute": {"contract_addr": "@two",
            "msg": {"@binary": {"set": {"key": "paid", "value": "yes"}}}, "funds": coin("4")}}}),
        ),
        (
            "execute with no JSON",
            json!({"wasm": {"execute": {"contract_addr": "@two", "msg": "eA==", "funds": []}}}),
        ),
        (
            "any send",
            any("/cosmos.bank.v1beta1.MsgSend", action(Action::send("one", "bob", "1ustoa"))),
        ),
        (
            "any send of another's",
            any("/cosmos.bank.v1beta1.MsgSend", action(Action::send("alice", "bob", "1ustoa"))),
        ),
        (
            "any execute",
            any(
                "/cosmwasm.wasm.v1.MsgExecuteContract",
                action(Action::execute("one", "two", json!({"set": {"key": "any", "value": "1"}}))),
            ),
        ),
        ("any upload", any("/cosmwasm.wasm.v1.MsgStoreCode", action(Action::store("one", "text")))),
        ("any unknown", any("/no.such.Message", json!("AQID"))),
        ("any malformed", any("/cosmos.bank.v1beta1.MsgSend", json!("/w=="))),
        (
            "stargate send",
            stargate("/cosmos.bank.v1beta1.MsgSend", action(Action::send("one", "bob", "1ustoa"))),
        ),
    ];
    let mut txs = Vec::new();
    for (kind, msg) in kinds {
        for reply_on in ["never", "always"] {
            let message = json!({"id": 9, "msg": msg, "reply_on": reply_on, "gas_limit": null});
            txs.push(send(&format!("message {kind}, reply {reply_on}"), json!([message])));
        }
    }
    txs
}

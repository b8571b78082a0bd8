//! Acting for others: leave to store code, and what contracts send of other modules.

use serde_json::{Value, json};

use super::{
    Action, Scenario, Tx,
    access::{access, any_of, store},
};

const PROBE: &str = "probe.gz";
const AGAIN: &str = "probe.wasm";

pub(super) fn scenario() -> Scenario {
    let mut txs = super::contracts::stage().concat();
    txs.extend(code_grants());
    txs.extend(uploads_for_another());
    txs.extend(messages_of_contracts());
    Scenario::singly("grants", txs)
}

fn grant(name: &str, grants: Value) -> Tx {
    let authorization = Box::new(Action::wasm("StoreCodeAuthorization", json!({"grants": grants})));
    let (from, to) = ("carol".to_owned(), "dave".to_owned());
    Tx::new(format!("grant code {name}"), "carol", Action::Grant { from, to, authorization })
}

fn any_code(permission: Value) -> Value {
    json!({"code_hash": "Kg==", "instantiate_permission": permission})
}

fn this_code(permission: Value) -> Value {
    json!({"code_hash": {"@checksum": AGAIN}, "instantiate_permission": permission})
}

fn code_grants() -> Vec<Tx> {
    vec![
        grant("without grants", json!([])),
        grant("without code", json!([{"code_hash": ""}])),
        grant("any and this", json!([any_code(Value::Null), this_code(Value::Null)])),
        grant("this twice", json!([this_code(Value::Null), this_code(access("NOBODY"))])),
        grant("with a broken permission", json!([any_code(any_of(&[]))])),
        grant("with no permission said", json!([any_code(access("UNSPECIFIED"))])),
    ]
}

fn uploads_for_another() -> Vec<Tx> {
    let exec = |name: &str, action: Action| {
        let actions = vec![action];
        Tx::new(
            format!("upload for another {name}"),
            "dave",
            Action::Exec { from: "dave".to_owned(), actions },
        )
    };
    let plain = |file: &str| store("carol", file, Value::Null);
    vec![
        exec("without leave", plain(PROBE)),
        grant("any", json!([any_code(Value::Null)])),
        exec("any", plain(PROBE)),
        exec("any without Wasm", plain("text")),
        exec("any with a broken archive", plain("broken.gz")),
        grant("this for nobody", json!([this_code(access("NOBODY"))])),
        exec("this for nobody", store("carol", PROBE, access("NOBODY"))),
        exec("this for everybody", store("carol", PROBE, access("EVERYBODY"))),
        exec("another", store("carol", "module", access("NOBODY"))),
        grant("this for two", json!([this_code(any_of(&["@carol", "@dave"]))])),
        exec("this for one", store("carol", AGAIN, any_of(&["@dave"]))),
        exec("this for a third", store("carol", AGAIN, any_of(&["@erin"]))),
        exec("without enough gas", store("carol", AGAIN, any_of(&["@dave"]))).gas(300_000),
    ]
}

/// Messages of other modules that a contract sends.
fn messages_of_contracts() -> Vec<Tx> {
    let coin = |amount: &str| json!([{"denom": "ustoa", "amount": amount}]);
    let multi = |from: &str| Action::Message {
        type_url: "/cosmos.bank.v1beta1.MsgMultiSend".to_owned(),
        fields: json!({"inputs": [{"address": format!("@{from}"), "coins": coin("3")}],
            "outputs": [{"address": "@bob", "coins": coin("1")}, {"address": "@carol", "coins": coin("2")}]}),
    };
    let of =
        |type_url: &str, fields: Value| Action::Message { type_url: type_url.to_owned(), fields };
    let grant = Action::Grant {
        from: "one".to_owned(),
        to: "erin".to_owned(),
        authorization: Box::new(of(
            "/cosmos.authz.v1beta1.GenericAuthorization",
            json!({"msg": "/cosmos.bank.v1beta1.MsgSend"}),
        )),
    };
    let revoke = of(
        "/cosmos.authz.v1beta1.MsgRevoke",
        json!({"granter": "@one", "grantee": "@erin", "msg_type_url": "/cosmos.bank.v1beta1.MsgSend"}),
    );
    let allow = Action::Allow {
        from: "one".to_owned(),
        to: "frank".to_owned(),
        allowance: Box::new(of(
            "/cosmos.feegrant.v1beta1.BasicAllowance",
            json!({"spend_limit": coin("50")}),
        )),
    };
    let stop = of(
        "/cosmos.feegrant.v1beta1.MsgRevokeAllowance",
        json!({"granter": "@one", "grantee": "@frank"}),
    );
    let exec = |actions: Vec<Action>| Action::Exec { from: "one".to_owned(), actions };
    let set = |depth: u32| {
        let call = Action::execute(
            "one",
            "two",
            json!({"set": {"key": "depth", "value": depth.to_string()}}),
        );
        (1..depth).fold(call, |inner, _| exec(vec![inner]))
    };
    let recurse = exec(vec![Action::execute("one", "one", json!({"call_self": {"depth": 3}}))]);
    let kinds = [
        ("multi-send", "/cosmos.bank.v1beta1.MsgMultiSend", multi("one")),
        ("multi-send of another's", "/cosmos.bank.v1beta1.MsgMultiSend", multi("bob")),
        ("grant", "/cosmos.authz.v1beta1.MsgGrant", grant),
        ("revoke", "/cosmos.authz.v1beta1.MsgRevoke", revoke.clone()),
        ("revoke again", "/cosmos.authz.v1beta1.MsgRevoke", revoke),
        ("allowance", "/cosmos.feegrant.v1beta1.MsgGrantAllowance", allow),
        ("end of the allowance", "/cosmos.feegrant.v1beta1.MsgRevokeAllowance", stop),
        (
            "exec of its own",
            "/cosmos.authz.v1beta1.MsgExec",
            exec(vec![Action::send("one", "bob", "1ustoa")]),
        ),
        (
            "exec of another's",
            "/cosmos.authz.v1beta1.MsgExec",
            exec(vec![Action::send("bob", "one", "1ustoa")]),
        ),
        ("exec of nothing", "/cosmos.authz.v1beta1.MsgExec", exec(Vec::new())),
        ("exec of a call", "/cosmos.authz.v1beta1.MsgExec", set(2)),
        ("exec of execs of a call", "/cosmos.authz.v1beta1.MsgExec", set(9)),
        ("exec of too many execs", "/cosmos.authz.v1beta1.MsgExec", set(12)),
        ("exec of calls to itself", "/cosmos.authz.v1beta1.MsgExec", recurse),
    ];
    let mut txs = Vec::new();
    for (name, type_url, action) in &kinds {
        for reply_on in ["never", "always"] {
            let message = json!({"id": 6, "reply_on": reply_on, "gas_limit": null,
                "msg": {"any": {"type_url": type_url, "value": {"@message": action}}}});
            let call = json!({"send": {"data": null, "messages": [message]}});
            let name = format!("contract sends {name}, reply {reply_on}");
            txs.push(Tx::new(name, "alice", Action::execute("alice", "one", call)));
        }
    }
    txs
}

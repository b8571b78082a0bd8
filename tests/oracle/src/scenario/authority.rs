//! What the authority of the chain orders. On wasmd that is the account of `x/gov`, for which nobody can sign:
//! genesis lets one actor act for it, on both chains, and the orders arrive as `MsgExec`.

use serde_json::{Value, json};

use super::{
    Action, Scenario, Tx,
    access::{access, any_of, store},
};

const PROBE: &str = "probe.gz";
const AGAIN: &str = "probe.wasm";
/// The authority; the name stands for the address of the module account.
const AUTHORITY: &str = "gov";
/// Who acts for it.
pub const DELEGATE: &str = "alice";
/// The messages that the delegate may send for it.
pub const ORDERS: &[&str] = &[
    "/cosmos.authz.v1beta1.MsgGrant",
    "/cosmwasm.wasm.v1.MsgAddCodeUploadParamsAddresses",
    "/cosmwasm.wasm.v1.MsgExecuteContract",
    "/cosmwasm.wasm.v1.MsgInstantiateContract",
    "/cosmwasm.wasm.v1.MsgMigrateContract",
    "/cosmwasm.wasm.v1.MsgPinCodes",
    "/cosmwasm.wasm.v1.MsgRemoveCodeUploadParamsAddresses",
    "/cosmwasm.wasm.v1.MsgStoreAndInstantiateContract",
    "/cosmwasm.wasm.v1.MsgStoreAndMigrateContract",
    "/cosmwasm.wasm.v1.MsgStoreCode",
    "/cosmwasm.wasm.v1.MsgSudoContract",
    "/cosmwasm.wasm.v1.MsgUnpinCodes",
    "/cosmwasm.wasm.v1.MsgUpdateAdmin",
    "/cosmwasm.wasm.v1.MsgUpdateContractLabel",
    "/cosmwasm.wasm.v1.MsgUpdateInstantiateConfig",
    "/cosmwasm.wasm.v1.MsgUpdateParams",
];

pub(super) fn scenario() -> Scenario {
    let mut txs = super::contracts::stage().concat();
    txs.extend(pins());
    txs.extend(sudo());
    txs.extend(params());
    txs.extend(above_permissions());
    txs.extend(both_at_once());
    txs.extend(through_a_contract());
    Scenario::singly("authority", txs)
}

fn exec(name: &str, action: Action) -> Tx {
    let actions = vec![action];
    Tx::new(name, DELEGATE, Action::Exec { from: DELEGATE.to_owned(), actions })
}

/// An order in the authority's name.
fn order(name: &str, kind: &str, mut fields: Value) -> Tx {
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("authority".to_owned(), json!(format!("@{AUTHORITY}")));
    }
    exec(name, Action::wasm(kind, fields))
}

fn pins() -> Vec<Tx> {
    let code = || json!({"@code": PROBE});
    let call = |name: &str| {
        Tx::new(
            name,
            "bob",
            Action::execute("bob", "one", json!({"set": {"key": "p", "value": "q"}})),
        )
    };
    let many: Vec<u64> = (1..52).collect();
    vec![
        call("call unpinned"),
        order("pin", "MsgPinCodes", json!({"code_ids": [code()]})),
        call("call pinned"),
        Tx::new(
            "make of pinned code",
            "bob",
            Action::instantiate("bob", PROBE, "pinned", json!({})),
        ),
        order("pin again", "MsgPinCodes", json!({"code_ids": [code()]})),
        Tx::new("upload a second", "alice", Action::store("alice", AGAIN)),
        order("pin two", "MsgPinCodes", json!({"code_ids": [code(), {"@code": AGAIN}]})),
        order("pin nothing", "MsgPinCodes", json!({"code_ids": []})),
        order("pin the same twice", "MsgPinCodes", json!({"code_ids": [code(), code()]})),
        order("pin too many", "MsgPinCodes", json!({"code_ids": many})),
        order("pin an unknown code", "MsgPinCodes", json!({"code_ids": [77]})),
        order("pin without enough gas", "MsgPinCodes", json!({"code_ids": [code()]})).gas(500_000),
        order("unpin", "MsgUnpinCodes", json!({"code_ids": [code()]})),
        call("call unpinned again"),
        order("unpin again", "MsgUnpinCodes", json!({"code_ids": [code()]})),
        order("unpin an unknown code", "MsgUnpinCodes", json!({"code_ids": [77]})),
        order("unpin nothing", "MsgUnpinCodes", json!({"code_ids": []})),
    ]
}

fn sudo() -> Vec<Tx> {
    let sudo = |name: &str, contract: &str, msg: Value| {
        let fields = json!({"contract": format!("@{contract}"), "msg": {"@binary": msg}});
        order(&format!("sudo {name}"), "MsgSudoContract", fields)
    };
    let set = json!({"set": {"key": "by", "value": "the chain"}});
    let pay = |reply_on: &str| {
        json!({"send": {"data": "ZGF0YQ==", "messages": [{"id": 4, "reply_on": reply_on, "gas_limit": null,
            "msg": {"bank": {"send": {"to_address": "@bob", "amount": [{"denom": "ustoa", "amount": "3"}]}}}}]}})
    };
    let events =
        json!({"events": {"attributes": [["a", "b"]], "events": [["chain", [["c", "d"]]]]}});
    let mut txs = vec![
        sudo("set", "one", set.clone()),
        sudo("with events", "one", events),
        sudo("that pays", "one", pay("never")),
        sudo("that pays and hears", "one", pay("always")),
        sudo("that fails", "one", json!({"fail": {"text": "no"}})),
        sudo("that panics", "one", json!({"panic": {"text": "oh"}})),
        sudo("of another shape", "one", json!({"nothing": {}})),
        sudo("without JSON", "one", json!("{")),
        sudo("of nobody", "nobody", set.clone()),
        sudo("of a wallet", "bob", set.clone()),
    ];
    txs.extend((90_000..260_000).step_by(11_003).map(|gas| {
        let action = sudo(&format!("with {gas} gas"), "two", set.clone());
        action.gas(gas)
    }));
    txs
}

fn params() -> Vec<Tx> {
    let set = |name: &str, upload: Value, default: Value| {
        let params =
            json!({"code_upload_access": upload, "instantiate_default_permission": default});
        order(&format!("params {name}"), "MsgUpdateParams", json!({"params": params}))
    };
    let everybody = json!("ACCESS_TYPE_EVERYBODY");
    let uploaders = |name: &str, kind: &str, addresses: Value| {
        order(
            &format!("uploaders {name}"),
            &format!("Msg{kind}CodeUploadParamsAddresses"),
            json!({"addresses": addresses}),
        )
    };
    let upload = |name: &str, from: &str| {
        Tx::new(format!("upload {name}"), from, Action::store(from, PROBE))
    };
    vec![
        uploaders("without a list", "Add", json!(["@bob"])),
        set("with a list", any_of(&["@alice"]), everybody.clone()),
        upload("by the listed", "alice"),
        upload("by the unlisted", "bob"),
        uploaders("more", "Add", json!(["@bob", "@alice"])),
        upload("by one more", "bob"),
        uploaders("fewer", "Remove", json!(["@bob", "@carol"])),
        upload("by one fewer", "bob"),
        uploaders("none named", "Remove", json!([])),
        uploaders("one named twice", "Add", json!(["@bob", "@bob"])),
        uploaders("a broken one", "Add", json!(["x"])),
        uploaders("nobody left", "Remove", json!(["@alice"])),
        upload("with nobody left", "alice"),
        set("for nobody", access("NOBODY"), json!("ACCESS_TYPE_NOBODY")),
        upload("for nobody", "alice"),
        exec("store above the parameters", store(AUTHORITY, PROBE, Value::Null)),
        set("without a default", access("EVERYBODY"), json!("ACCESS_TYPE_UNSPECIFIED")),
        set("without an upload", Value::Null, everybody.clone()),
        set("with an unknown kind", json!({"permission": 2}), everybody.clone()),
        set("with an empty list", any_of(&[]), everybody.clone()),
        set("with a list as default", access("EVERYBODY"), json!("ACCESS_TYPE_ANY_OF_ADDRESSES")),
        upload("with a list as default", "bob"),
        set("back", access("EVERYBODY"), everybody),
    ]
}

/// The authority is not bound by permissions and admins.
fn above_permissions() -> Vec<Tx> {
    let gov = || json!(format!("@{AUTHORITY}"));
    let (plain, closed) = ("two", json!({"@code": PROBE}));
    let close = Action::wasm(
        "MsgUpdateInstantiateConfig",
        json!({"sender": gov(), "code_id": closed, "new_instantiate_permission": access("NOBODY")}),
    );
    let child = |label: &str| {
        json!({"messages": [{"id": 1, "reply_on": "never", "gas_limit": null,
            "msg": {"wasm": {"instantiate": {"admin": null, "code_id": {"@code": PROBE},
                "msg": {"@binary": {}}, "funds": [], "label": label}}}}]})
    };
    let make = |label: &str, msg: Value| Action::instantiate(AUTHORITY, PROBE, label, msg);
    let admin = Action::UpdateAdmin {
        from: AUTHORITY.to_owned(),
        contract: plain.to_owned(),
        admin: "bob".to_owned(),
    };
    let label = Action::wasm(
        "MsgUpdateContractLabel",
        json!({"sender": gov(), "contract": "@two", "new_label": "by the authority"}),
    );
    let send = json!({"send": {"data": null, "messages": child("called")["messages"]}});
    vec![
        exec("close a code of another", close),
        Tx::new("make of a closed code", "bob", Action::instantiate("bob", PROBE, "no", json!({}))),
        exec("make of a closed code by the authority", make("governed", json!({}))),
        exec("make with a child by the authority", make("parent", child("child"))),
        exec("call that makes a child", Action::execute(AUTHORITY, "governed", send)),
        exec("migrate another's", Action::migrate(AUTHORITY, plain, AGAIN, json!({}))),
        exec("migrate with a child", Action::migrate(AUTHORITY, plain, PROBE, child("grandchild"))),
        exec("give away another's", admin),
        exec("rename another's", label),
    ]
}

fn both_at_once() -> Vec<Tx> {
    let code = json!({"@file": PROBE});
    let make = |name: &str, more: Value| {
        let mut fields = json!({"wasm_byte_code": code, "label": name, "msg": {"@binary": {}},
            "funds": [], "instantiate_permission": access("NOBODY")});
        if let (Some(fields), Some(more)) = (fields.as_object_mut(), more.as_object()) {
            fields.extend(more.clone());
        }
        order(&format!("store and make {name}"), "MsgStoreAndInstantiateContract", fields)
    };
    let migrate = |name: &str, more: Value| {
        let mut fields =
            json!({"wasm_byte_code": code, "contract": "@two", "msg": {"@binary": {}}});
        if let (Some(fields), Some(more)) = (fields.as_object_mut(), more.as_object()) {
            fields.extend(more.clone());
        }
        order(&format!("store and migrate {name}"), "MsgStoreAndMigrateContract", fields)
    };
    vec![
        make("new", json!({"admin": "@alice"})),
        make("failing", json!({"msg": {"@binary": {"entries": 7}}})),
        make("", json!({})),
        make("without code", json!({"wasm_byte_code": ""})),
        make("with half an origin", json!({"builder": "builder:1"})),
        migrate("new", json!({})),
        migrate("failing", json!({"msg": {"@binary": {"fail": "no"}}})),
        migrate("nobody", json!({"contract": "@nobody"})),
        migrate("without JSON", json!({"msg": "eA=="})),
    ]
}

/// A contract may act for the authority, too.
fn through_a_contract() -> Vec<Tx> {
    let generic = |kind: &str| {
        let fields = json!({"msg": format!("/cosmwasm.wasm.v1.{kind}")});
        let type_url = "/cosmos.authz.v1beta1.GenericAuthorization".to_owned();
        let authorization = Box::new(Action::Message { type_url, fields });
        let (from, to) = (AUTHORITY.to_owned(), "one".to_owned());
        exec(&format!("let a contract send {kind}"), Action::Grant { from, to, authorization })
    };
    let pin = Action::wasm(
        "MsgPinCodes",
        json!({"authority": format!("@{AUTHORITY}"), "code_ids": [{"@code": PROBE}]}),
    );
    let through = Action::Exec { from: "one".to_owned(), actions: vec![pin.clone()] };
    let send = |name: &str, type_url: &str, action: &Action, reply_on: &str| {
        let value = json!({"@message": action});
        let message = json!({"id": 2, "reply_on": reply_on, "gas_limit": null,
            "msg": {"any": {"type_url": type_url, "value": value}}});
        let call = json!({"send": {"data": null, "messages": [message]}});
        Tx::new(name, "bob", Action::execute("bob", "one", call))
    };
    let exec_url = "/cosmos.authz.v1beta1.MsgExec";
    vec![
        send("a contract pins without leave", exec_url, &through, "always"),
        generic("MsgPinCodes"),
        send("a contract pins for the authority", exec_url, &through, "always"),
        send("a contract claims authority", "/cosmwasm.wasm.v1.MsgPinCodes", &pin, "always"),
    ]
}

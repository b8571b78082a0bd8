//! Who may do what with codes and contracts: permissions, labels, and orders of those who are no authority.

use serde_json::{Value, json};

use super::{Action, Scenario, Tx};

const PROBE: &str = "probe.gz";
const AGAIN: &str = "probe.wasm";

pub(super) fn scenario() -> Scenario {
    let mut txs = uploads();
    txs.extend(permissions());
    txs.extend(labels());
    txs.extend(orders_of_others());
    Scenario::singly("access", txs)
}

/// The permission of listed accounts.
pub(super) fn any_of(addresses: &[&str]) -> Value {
    json!({"permission": "ACCESS_TYPE_ANY_OF_ADDRESSES", "addresses": addresses})
}

/// A permission without a list.
pub(super) fn access(kind: &str) -> Value {
    json!({"permission": format!("ACCESS_TYPE_{kind}")})
}

/// An upload with a permission.
pub(super) fn store(from: &str, file: &str, permission: Value) -> Action {
    Action::wasm(
        "MsgStoreCode",
        json!({"sender": format!("@{from}"), "wasm_byte_code": {"@file": file},
            "instantiate_permission": permission}),
    )
}

fn uploads() -> Vec<Tx> {
    let upload = |name: &str, permission: Value| {
        Tx::new(format!("upload {name}"), "alice", store("alice", PROBE, permission))
    };
    let many: Vec<String> = (0..51).map(|place| format!("@account {place}")).collect();
    vec![
        Tx::new("upload for everybody", "alice", Action::store("alice", PROBE)),
        Tx::new("upload again", "alice", Action::store("alice", AGAIN)),
        upload("for nobody", access("NOBODY")),
        upload("for two", any_of(&["@alice", "@bob"])),
        upload("for an empty list", any_of(&[])),
        upload("for the same twice", any_of(&["@alice", "@alice"])),
        upload("for a broken address", any_of(&["stoa1nobody"])),
        upload("for too many", json!({"permission": 4, "addresses": many})),
        upload("for nobody said", access("UNSPECIFIED")),
        upload("for an unknown kind", json!({"permission": 2})),
    ]
}

fn permissions() -> Vec<Tx> {
    let set = |name: &str, from: &str, code: Value, permission: Value| {
        let fields = json!({"sender": format!("@{from}"), "code_id": code,
            "new_instantiate_permission": permission});
        let action = Action::wasm("MsgUpdateInstantiateConfig", fields);
        Tx::new(format!("permission {name}"), from, action)
    };
    let code = || json!({"@code": PROBE});
    let make = |name: &str, from: &str| {
        Tx::new(name, from, Action::instantiate(from, PROBE, name, json!({})))
    };
    vec![
        make("access owned", "alice"),
        set("to a list", "alice", code(), any_of(&["@alice", "@carol"])),
        make("access listed", "carol"),
        make("access unlisted", "bob"),
        set("to nobody", "alice", code(), access("NOBODY")),
        make("access to nobody", "alice"),
        set("by another", "bob", code(), access("NOBODY")),
        set("of code zero", "alice", json!(0), access("NOBODY")),
        set("of an unknown code", "alice", json!(77), access("NOBODY")),
        set("to none", "alice", code(), Value::Null),
        set("to an empty list", "alice", code(), any_of(&[])),
        set("to everybody", "alice", code(), access("EVERYBODY")),
    ]
}

fn labels() -> Vec<Tx> {
    let make = Action::Instantiate {
        from: "alice".to_owned(),
        code: PROBE.to_owned(),
        label: "labelled".to_owned(),
        admin: "alice".to_owned(),
        msg: json!({}),
        funds: String::new(),
        salt: None,
    };
    let rename = |name: &str, from: &str, contract: &str, label: &str| {
        let fields = json!({"sender": format!("@{from}"), "contract": format!("@{contract}"),
            "new_label": label});
        let action = Action::wasm("MsgUpdateContractLabel", fields);
        Tx::new(format!("label {name}"), from, action)
    };
    vec![
        Tx::new("label make", "alice", make),
        rename("change", "alice", "labelled", "a new name"),
        rename("to the same", "alice", "labelled", "a new name"),
        rename("by another", "bob", "labelled", "mine"),
        rename("of nobody", "alice", "nobody", "x"),
        rename("to nothing", "alice", "labelled", ""),
        rename("too long", "alice", "labelled", &"l".repeat(129)),
        rename("padded", "alice", "labelled", " padded"),
        rename("invisible", "alice", "labelled", "in\u{200b}visible"),
        rename("of an unowned contract", "alice", "access owned", "x"),
    ]
}

/// What only the authority may order, sent by somebody else.
fn orders_of_others() -> Vec<Tx> {
    let code = json!({"@code": PROBE});
    let order = |kind: &str, mut fields: Value| {
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("authority".to_owned(), json!("@alice"));
        }
        Tx::new(format!("{kind} by another"), "alice", Action::wasm(kind, fields))
    };
    let params = json!({"code_upload_access": access("EVERYBODY"),
        "instantiate_default_permission": "ACCESS_TYPE_EVERYBODY"});
    let payload = json!({"@binary": {"set": {"key": "k", "value": "v"}}});
    vec![
        order("MsgPinCodes", json!({"code_ids": [code]})),
        order("MsgUnpinCodes", json!({"code_ids": [code]})),
        order("MsgUpdateParams", json!({"params": params})),
        order("MsgSudoContract", json!({"contract": "@labelled", "msg": payload})),
        order("MsgAddCodeUploadParamsAddresses", json!({"addresses": ["@bob"]})),
        order("MsgRemoveCodeUploadParamsAddresses", json!({"addresses": ["@bob"]})),
        order(
            "MsgStoreAndInstantiateContract",
            json!({"wasm_byte_code": {"@file": PROBE}, "label": "store and make",
                "msg": {"@binary": {}}, "funds": [{"denom": "ustoa", "amount": "3"}]}),
        ),
        order(
            "MsgStoreAndMigrateContract",
            json!({"wasm_byte_code": {"@file": AGAIN}, "contract": "@labelled",
                "msg": {"@binary": {}}}),
        ),
    ]
}

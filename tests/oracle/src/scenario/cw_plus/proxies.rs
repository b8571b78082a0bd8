//! Contracts that pass messages on: those of modules that stoad does not have are refused there.

use serde_json::{Value, json};

use super::{SUBKEYS, WHITELIST, call};
use crate::scenario::{Action, Tx};

fn pay(amount: &str) -> Value {
    let amount = json!([{"denom": "ustoa", "amount": amount}]);
    json!({"bank": {"send": {"to_address": "@dave", "amount": amount}}})
}

fn execute(msgs: &Value) -> Value {
    json!({"execute": {"msgs": msgs}})
}

fn delegate() -> Value {
    json!({"staking": {"delegate": {"validator": "stoavaloper1nobody",
        "amount": {"denom": "ustoa", "amount": "1"}}}})
}

fn make(name: &str, code: &str, label: &str) -> Tx {
    let msg = json!({"admins": ["@alice", "@bob"], "mutable": true});
    Tx::new(name, "alice", Action::instantiate("alice", code, label, msg))
}

/// cw1-whitelist: its admins send what they like.
pub(super) fn whitelist() -> Vec<Tx> {
    let proxy = |name: &str, from: &str, msg: Value| call(name, from, "proxy", msg);
    let admins = |admins: Value| json!({"update_admins": {"admins": admins}});
    let clear_admin = json!({"wasm": {"clear_admin": {"contract_addr": "@proxy"}}});
    vec![
        make("cw1 make", WHITELIST, "proxy"),
        Tx::new("cw1 fund", "alice", Action::send("alice", "proxy", "1000ustoa")),
        proxy("cw1 pay", "bob", execute(&json!([pay("7")]))),
        proxy("cw1 pay twice", "alice", execute(&json!([pay("7"), pay("7")]))),
        proxy("cw1 pay nothing", "alice", execute(&json!([]))),
        proxy("cw1 pay too much behind enough", "alice", execute(&json!([pay("7"), pay("99999")]))),
        proxy("cw1 pay by another", "erin", execute(&json!([pay("7")]))),
        proxy("cw1 delegate", "alice", execute(&json!([delegate()]))),
        proxy("cw1 clear an admin that is not there", "alice", execute(&json!([clear_admin]))),
        proxy("cw1 change admins", "alice", admins(json!(["@alice", "@carol"]))),
        proxy("cw1 pay by one who was admin", "bob", execute(&json!([pay("7")]))),
        proxy("cw1 pay by a new admin", "carol", execute(&json!([pay("7")]))),
        proxy("cw1 change admins to no address", "alice", admins(json!(["x"]))),
        proxy("cw1 freeze by another", "erin", json!({"freeze": {}})),
        proxy("cw1 freeze", "alice", json!({"freeze": {}})),
        proxy("cw1 change frozen admins", "alice", admins(json!([]))),
        proxy("cw1 no such message", "alice", json!({"thaw": {}})),
    ]
}

/// cw1-subkeys: a whitelist with allowances.
pub(super) fn subkeys() -> Vec<Tx> {
    let keys = |name: &str, from: &str, msg: Value| call(name, from, "subkeys", msg);
    let allow = json!({"increase_allowance": {"spender": "@carol", "expires": null,
        "amount": {"denom": "ustoa", "amount": "10"}}});
    let permit = json!({"set_permissions": {"spender": "@carol", "permissions":
        {"delegate": true, "redelegate": false, "undelegate": false, "withdraw": false}}});
    vec![
        make("cw1 make subkeys", SUBKEYS, "subkeys"),
        Tx::new("cw1 fund subkeys", "alice", Action::send("alice", "subkeys", "1000ustoa")),
        keys("cw1 spend without allowance", "carol", execute(&json!([pay("7")]))),
        keys("cw1 allow", "alice", allow),
        keys("cw1 spend", "carol", execute(&json!([pay("7")]))),
        keys("cw1 spend too much", "carol", execute(&json!([pay("7")]))),
        keys("cw1 permit", "alice", permit),
        keys("cw1 delegate by a key", "carol", execute(&json!([delegate()]))),
    ]
}

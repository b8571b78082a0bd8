//! What contracts do: every import of the VM, submessages, replies, queries, limits.

mod crypto;
mod events;
mod limits;
mod messages;
mod nested;
mod queries;
mod submessages;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{Action, Scenario, Tx};

const PROBE: &str = "probe.gz";
/// How often a submessage asks to be told.
const REPLY_ON: [&str; 4] = ["never", "success", "error", "always"];

/// A code and three contracts of it, one of them rich.
pub(super) fn stage() -> Vec<Vec<Tx>> {
    let entries: Vec<Value> =
        (0..6).map(|i| json!([format!("entry{i}"), format!("value{i}")])).collect();
    let make = |label: &str, funds: &str| {
        let action = Action::Instantiate {
            from: "alice".to_owned(),
            code: PROBE.to_owned(),
            label: label.to_owned(),
            admin: "alice".to_owned(),
            msg: json!({"entries": entries}),
            funds: funds.to_owned(),
            salt: None,
        };
        vec![Tx::new(format!("stage {label}"), "alice", action)]
    };
    vec![
        vec![Tx::new("stage code", "alice", Action::store("alice", PROBE))],
        make("one", "1000uother,100000ustoa"),
        make("two", ""),
        make("three", ""),
    ]
}

pub(super) fn scenario() -> Scenario {
    let mut txs = events::txs();
    txs.extend(queries::all().into_iter().map(|(name, query)| ask(&name, query)));
    txs.extend(submessages::txs());
    txs.extend(messages::txs());
    txs.extend(nested::txs());
    txs.extend(limits::txs());
    txs.extend(limits::gas());
    let mut blocks = stage();
    blocks.extend(txs.into_iter().map(|tx| vec![tx]));
    blocks.push(limits::heavy_block());
    Scenario { name: "contracts".to_owned(), blocks }
}

fn call(name: &str, msg: Value) -> Tx {
    Tx::new(name, "alice", Action::execute("alice", "one", msg))
}

/// A query with the answer as data.
fn ask(name: &str, query: Value) -> Tx {
    call(&format!("ask {name}"), json!({"ask": {"query": query}}))
}

/// A call that sends submessages.
fn send(name: &str, messages: Value) -> Tx {
    call(name, json!({"send": {"messages": messages, "data": null}}))
}

fn execute(contract: &str, msg: Value) -> Value {
    json!({"wasm": {"execute": {"contract_addr": contract, "msg": {"@binary": msg}, "funds": []}}})
}

fn pay(to: &str, amount: &str) -> Value {
    json!({"bank": {"send": {"to_address": to, "amount": [{"denom": "ustoa", "amount": amount}]}}})
}

fn wish(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}

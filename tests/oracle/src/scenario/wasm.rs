//! Messages of the contract module, right and wrong.

use serde_json::{Value, json};

use super::{Action, Scenario, Tx};

const PROBE: &str = "probe.gz";
const AGAIN: &str = "probe.wasm";

pub(super) fn scenario() -> Scenario {
    let mut txs = uploads();
    txs.extend(instantiations());
    txs.extend(calls());
    txs.extend(migrations());
    txs.extend(admins());
    txs.extend(gas_limits());
    Scenario::singly("wasm", txs)
}

fn uploads() -> Vec<Tx> {
    let store = |name: &str, file: &str| Tx::new(name, "alice", Action::store("alice", file));
    vec![
        store("upload an archive", PROBE),
        store("upload the same as plain Wasm", AGAIN),
        store("upload nothing", "empty"),
        store("upload a text", "text"),
        store("upload a broken archive", "broken.gz"),
        store("upload a module without exports", "module"),
        store("upload too much", "huge"),
        store("upload an archive of too much", "bomb.gz"),
        store("upload without gas for compiling", PROBE).gas(600_000),
        Tx::new("upload by another", "bob", Action::store("alice", PROBE)),
    ]
}

fn new(label: &str, admin: &str, msg: Value, funds: &str, salt: Option<&str>) -> Action {
    Action::Instantiate {
        from: "alice".to_owned(),
        code: PROBE.to_owned(),
        label: label.to_owned(),
        admin: admin.to_owned(),
        msg,
        funds: funds.to_owned(),
        salt: salt.map(str::to_owned),
    }
}

fn instantiations() -> Vec<Tx> {
    let make = |name: &str, action: Action| Tx::new(name, "alice", action);
    let entries = json!({"entries": [["a", "1"], ["b", "2"]]});
    let send = json!({"messages": [{"id": 1, "reply_on": "never",
        "msg": {"bank": {"send": {"to_address": "@bob", "amount": [{"denom": "ustoa", "amount": "3"}]}}}}]});
    vec![
        make("instantiate", new("plain", "", json!({}), "", None)),
        make("instantiate with an admin", new("owned", "alice", entries.clone(), "", None)),
        make("instantiate with funds", new("rich", "bob", entries, "2uother,1000ustoa", None)),
        make("instantiate and send", new("sender", "", send, "5ustoa", None)),
        make("instantiate with a salt", new("salted", "alice", json!({}), "", Some("salt"))),
        make("instantiate with the same salt", new("salted", "alice", json!({}), "", Some("salt"))),
        make(
            "instantiate with a fixed message",
            new("fixed", "", json!({}), "", Some("fixed salt")),
        ),
        make("instantiate without a salt", new("x", "", json!({}), "", Some(""))),
        make("instantiate with a long salt", new("x", "", json!({}), "", Some(&"s".repeat(65)))),
        make("instantiate without a label", new("", "", json!({}), "", None)),
        make("instantiate with a long label", new(&"l".repeat(129), "", json!({}), "", None)),
        make("instantiate with a padded label", new(" padded", "", json!({}), "", None)),
        make(
            "instantiate with an invisible label",
            new("in\u{200b}visible", "", json!({}), "", None),
        ),
        make("instantiate with a broken admin", new("x", "!nobody", json!({}), "", None)),
        make("instantiate with no JSON", new("x", "", json!("{"), "", None)),
        make("instantiate with an empty message", new("x", "", json!(""), "", None)),
        make("instantiate with a foreign message", new("x", "", json!({"entries": 7}), "", None)),
        make(
            "instantiate with too much money",
            new("x", "", json!({}), "9000000000000ustoa", None),
        ),
        make("instantiate with unsorted money", new("x", "", json!({}), "9ustoa,1uother", None)),
        make("instantiate code zero", Action::instantiate("alice", "0", "x", json!({}))),
        make("instantiate an unknown code", Action::instantiate("alice", "77", "x", json!({}))),
        make("instantiate for another", Action::instantiate("bob", PROBE, "x", json!({}))),
        make("instantiate twice", new("twice 1", "", json!({}), "", None)).and(new(
            "twice 2",
            "",
            json!({}),
            "",
            None,
        )),
        make("pay the next contract", Action::send("alice", "plain", "7ustoa")),
    ]
}

fn calls() -> Vec<Tx> {
    let call = |name: &str, action: Action| Tx::new(name, "alice", action);
    let set = json!({"set": {"key": "k", "value": "v"}});
    vec![
        call("call", Action::execute("alice", "plain", set.clone())),
        call("call twice in a transaction", Action::execute("alice", "plain", set.clone()))
            .and(Action::execute("alice", "owned", set.clone())),
        call("call with funds", Action::pay("alice", "plain", set.clone(), "2uother,10ustoa")),
        call(
            "call with too much money",
            Action::pay("alice", "plain", set.clone(), "9000000000000ustoa"),
        ),
        call("call with zero funds", Action::pay("alice", "plain", set.clone(), "0ustoa")),
        call(
            "call with unsorted funds",
            Action::pay("alice", "plain", set.clone(), "1ustoa,1uother"),
        ),
        call("call nobody", Action::execute("alice", "nobody", set.clone())),
        call("call a wallet", Action::execute("alice", "bob", set.clone())),
        call("call a broken address", Action::execute("alice", "!stoa1", set.clone())),
        call("call with no JSON", Action::execute("alice", "plain", json!("{"))),
        call(
            "call with an unknown message",
            Action::execute("alice", "plain", json!({"nothing": {}})),
        ),
        call("call with a message of another shape", Action::execute("alice", "plain", json!([1]))),
        call("call for another", Action::execute("bob", "plain", set.clone())),
        call("call that fails", Action::execute("alice", "plain", json!({"fail": {"text": "no"}}))),
        call(
            "call that fails with marks",
            Action::execute(
                "alice",
                "plain",
                json!({"fail": {"text": "<a> & \"b\" \\ \n \u{2028} é"}}),
            ),
        ),
        call(
            "call that panics",
            Action::execute("alice", "plain", json!({"panic": {"text": "oh"}})),
        ),
        call("call by two signers", Action::execute("alice", "plain", set.clone()))
            .and(Action::execute("bob", "plain", set))
            .signed_by(&["alice", "bob"]),
    ]
}

fn migrations() -> Vec<Tx> {
    let migrate = |name: &str, from: &str, contract: &str, code: &str, msg: Value| {
        Tx::new(name, from, Action::migrate(from, contract, code, msg))
    };
    let send = json!({"messages": [{"id": 5, "reply_on": "success",
        "msg": {"wasm": {"execute": {"contract_addr": "@plain", "funds": [],
            "msg": {"@binary": {"set": {"key": "by", "value": "migration"}}}}}}}]});
    vec![
        migrate("migrate", "alice", "owned", AGAIN, json!({})),
        migrate("migrate to the same code", "alice", "owned", AGAIN, json!({})),
        migrate("migrate and call", "alice", "owned", PROBE, send),
        migrate("migrate by another", "bob", "owned", PROBE, json!({})),
        migrate("migrate without an admin", "alice", "plain", PROBE, json!({})),
        migrate("migrate nobody", "alice", "nobody", PROBE, json!({})),
        migrate("migrate to code zero", "alice", "owned", "0", json!({})),
        migrate("migrate to an unknown code", "alice", "owned", "77", json!({})),
        migrate("migrate and fail", "alice", "owned", PROBE, json!({"fail": "no"})),
        migrate("migrate with no JSON", "alice", "owned", PROBE, json!("nope")),
    ]
}

fn admins() -> Vec<Tx> {
    let update = |name: &str, from: &str, contract: &str, admin: &str| {
        let (from, contract, admin) = (from.to_owned(), contract.to_owned(), admin.to_owned());
        Tx::new(name, &from.clone(), Action::UpdateAdmin { from, contract, admin })
    };
    let clear = |name: &str, from: &str, contract: &str| {
        let (from, contract) = (from.to_owned(), contract.to_owned());
        Tx::new(name, &from.clone(), Action::ClearAdmin { from, contract })
    };
    vec![
        update("give away a contract", "alice", "owned", "bob"),
        update("give away another's", "alice", "owned", "carol"),
        update("give to oneself", "bob", "owned", "bob"),
        update("give away nobody", "bob", "nobody", "carol"),
        update("give to a broken address", "bob", "owned", "!x"),
        update("give away what nobody owns", "alice", "plain", "bob"),
        clear("clear another's admin", "alice", "owned"),
        clear("clear the admin", "bob", "owned"),
        clear("clear the admin again", "bob", "owned"),
    ]
}

/// Out of gas at every step of messages of this module.
fn gas_limits() -> impl Iterator<Item = Tx> {
    let call = (60_000..190_000u64).step_by(3_001).map(|gas| {
        let set = json!({"set": {"key": "gas", "value": "limit"}});
        let action = Action::pay("alice", "plain", set, "1ustoa");
        Tx::new(format!("call with {gas} gas"), "alice", action).gas(gas)
    });
    let make = (60_000..230_000u64).step_by(5_003).map(|gas| {
        let action =
            new(&format!("gas {gas}"), "bob", json!({"entries": [["a", "b"]]}), "3ustoa", None);
        Tx::new(format!("instantiate with {gas} gas"), "alice", action).gas(gas)
    });
    call.chain(make)
}

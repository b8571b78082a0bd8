//! Contracts of others: cw-plus.

mod proxies;

use serde_json::{Value, json};

use super::{Action, Scenario, Tx};

/// cw1-whitelist, alone and with allowances.
const WHITELIST: &str = "cw1_whitelist_alone.wasm";
const SUBKEYS: &str = "cw1_subkeys.wasm";
const CW20: &str = "cw20_base.wasm";
const CW3: &str = "cw3_flex_multisig.wasm";
const CW4: &str = "cw4_group.wasm";

pub(super) fn scenario() -> Scenario {
    let uploads = [WHITELIST, SUBKEYS, CW20, CW3, CW4]
        .map(|file| Tx::new(format!("upload {file}"), "alice", Action::store("alice", file)));
    let mut txs = uploads.to_vec();
    txs.extend(cw20());
    txs.extend(multisig());
    txs.extend(proxies::whitelist());
    txs.extend(proxies::subkeys());
    Scenario::singly("cw-plus", txs)
}

fn call(name: &str, from: &str, contract: &str, msg: Value) -> Tx {
    Tx::new(name, from, Action::execute(from, contract, msg))
}

fn cw20() -> Vec<Tx> {
    let make = json!({"name": "Token", "symbol": "TOKEN", "decimals": 6, "marketing": null,
        "initial_balances": [{"address": "@alice", "amount": "1000000"}],
        "mint": {"minter": "@bob", "cap": null}});
    let token = |name: &str, from: &str, msg: Value| call(name, from, "token", msg);
    let transfer =
        |to: &str, amount: &str| json!({"transfer": {"recipient": to, "amount": amount}});
    vec![
        Tx::new("cw20 make", "alice", Action::instantiate("alice", CW20, "token", make)),
        token("cw20 transfer", "alice", transfer("@bob", "10")),
        token("cw20 transfer again", "alice", transfer("@bob", "10")),
        token("cw20 transfer too much", "alice", transfer("@bob", "10000000")),
        token("cw20 transfer to a broken address", "alice", transfer("x", "1")),
        token("cw20 mint", "bob", json!({"mint": {"recipient": "@carol", "amount": "5"}})),
        token(
            "cw20 mint by another",
            "carol",
            json!({"mint": {"recipient": "@carol", "amount": "5"}}),
        ),
        token("cw20 burn", "bob", json!({"burn": {"amount": "3"}})),
        token(
            "cw20 allow",
            "alice",
            json!({"increase_allowance": {"spender": "@bob", "amount": "50"}}),
        ),
        token(
            "cw20 use",
            "bob",
            json!({"transfer_from": {"owner": "@alice", "recipient": "@dave", "amount": "20"}}),
        ),
        token(
            "cw20 use too much",
            "bob",
            json!({"transfer_from": {"owner": "@alice", "recipient": "@dave", "amount": "40"}}),
        ),
        token(
            "cw20 send to nobody",
            "alice",
            json!({"send": {"contract": "@nobody", "amount": "1", "msg": "e30="}}),
        ),
        Tx::new(
            "cw20 two transfers",
            "alice",
            Action::execute("alice", "token", transfer("@bob", "1")),
        )
        .and(Action::execute("alice", "token", transfer("@carol", "1"))),
    ]
}

fn multisig() -> Vec<Tx> {
    let group = json!({"admin": "@alice", "members": [
        {"addr": "@alice", "weight": 1}, {"addr": "@bob", "weight": 2}, {"addr": "@carol", "weight": 3}]});
    let council = json!({"group_addr": "@group", "threshold": {"absolute_count": {"weight": 4}},
        "max_voting_period": {"height": 1000}, "executor": null, "proposal_deposit": null});
    let pay = json!({"bank": {"send": {"to_address": "@dave", "amount": [{"denom": "ustoa", "amount": "7"}]}}});
    let propose = json!({"propose": {"title": "Pay", "description": "Pay <Dave> & go", "msgs": [pay], "latest": null}});
    let vote = |choice: &str| json!({"vote": {"proposal_id": 1, "vote": choice}});
    vec![
        Tx::new("cw4 make", "alice", Action::instantiate("alice", CW4, "group", group)),
        Tx::new("cw3 make", "alice", Action::instantiate("alice", CW3, "council", council)),
        Tx::new("cw3 fund", "alice", Action::send("alice", "council", "1000ustoa")),
        call("cw3 propose", "alice", "council", propose.clone()),
        call("cw3 propose by another", "erin", "council", propose),
        call("cw3 execute too early", "alice", "council", json!({"execute": {"proposal_id": 1}})),
        call("cw3 vote", "bob", "council", vote("no")),
        call("cw3 vote again", "bob", "council", vote("yes")),
        call("cw3 vote decides", "carol", "council", vote("yes")),
        call("cw3 execute", "dave", "council", json!({"execute": {"proposal_id": 1}})),
        call("cw3 execute again", "dave", "council", json!({"execute": {"proposal_id": 1}})),
        call(
            "cw4 change",
            "alice",
            "group",
            json!({"update_members":
            {"remove": ["@bob"], "add": [{"addr": "@erin", "weight": 4}]}}),
        ),
        call("cw4 hook", "alice", "group", json!({"add_hook": {"addr": "@council"}})),
        call(
            "cw4 change with a hook",
            "alice",
            "group",
            json!({"update_members":
            {"remove": [], "add": [{"addr": "@frank", "weight": 4}]}}),
        ),
        call("cw4 change by another", "bob", "group", json!({"update_admin": {"admin": null}})),
    ]
}

//! Powers with CometBFT: it follows changes of the validator set, and halts with the application.

use std::fs;

use cosmos_sdk_proto::{
    Any,
    cosmos::upgrade::v1beta1::{MsgSoftwareUpgrade, Plan},
};
use prost::Name;
use serde_json::{Value, json};
use stoa_mock_consensus::{Actor, TxBuilder, Validator};
use stoa_proto::privilege::v1::{MsgUpdateValidators, ValidatorChange};

use crate::{
    devnet::{CHAIN_ID, Devnet},
    http,
};

fn governed() -> (Devnet, Actor) {
    let governor = Actor::new("governor");
    let node = Devnet::new(&[(&governor, 1_000_000_000)]);
    node.set_section("authority", json!({ "address": governor.address().to_string() }));
    let params = json!({
        "signed_blocks_window": "10", "min_signed_per_window": "0.5",
        "downtime_jail_duration": "60s",
        "slash_fraction_double_sign": "0", "slash_fraction_downtime": "0",
    });
    node.set_section("slashing", json!({ "params": params }));
    node.set_section("invariants", json!({ "every_blocks": "1" }));
    (node, governor)
}

fn send(node: &Devnet, governor: &Actor, sequence: u64, message: &impl Name) {
    let type_url = message_type(message);
    let message = Any { type_url, value: message.encode_to_vec() };
    let tx = TxBuilder::new(0, sequence).chain_id(CHAIN_ID).gas(500_000).fee(12_500);
    let code = node.broadcast(&tx.message(message).sign(governor));
    assert_eq!(code, Some(0), "{}", node.logs());
}

fn message_type<M: Name>(_: &M) -> String {
    M::type_url()
}

/// Powers of the validators that vote at `height`, as CometBFT knows them.
fn powers(node: &Devnet, height: u64) -> Vec<String> {
    let answer = http::get(node.rpc_port, &format!("/validators?height={height}")).unwrap();
    let list = answer.pointer("/result/validators").and_then(Value::as_array).unwrap();
    let power = |validator: &Value| validator["voting_power"].as_str().unwrap().to_owned();
    let mut powers: Vec<String> = list.iter().map(power).collect();
    powers.sort_unstable();
    powers
}

/// The block whose results announce `updates` validator updates, from `height` on.
fn announcement(node: &Devnet, height: u64) -> u64 {
    for height in height..height + 60 {
        node.wait_for_height(height + 1);
        let results = http::get(node.rpc_port, &format!("/block_results?height={height}")).unwrap();
        let updates = results.pointer("/result/validator_updates").and_then(Value::as_array);
        if updates.is_some_and(|updates| !updates.is_empty()) {
            return height;
        }
    }
    panic!("no change of the set; {}", node.logs());
}

#[test]
fn consensus_follows_the_validator_set_and_halts_for_an_upgrade() {
    let (mut node, governor) = governed();
    node.start();
    let start = node.wait_for_height(2);
    // The header of the first block says what the SDK says of a state before it: nothing.
    let nothing = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
    assert_eq!(node.app_hash(1), nothing);
    // One that never votes joins with a sixth of the power.
    let absent = Validator::new("absent", 2);
    let change = ValidatorChange {
        pub_key: absent.public_key().to_vec(),
        power: 2,
        ..ValidatorChange::default()
    };
    let sender = governor.address().to_string();
    send(&node, &governor, 0, &MsgUpdateValidators { sender, changes: vec![change] });
    let joined = announcement(&node, start);
    node.wait_for_height(joined + 3);
    assert_eq!(powers(&node, joined + 1), ["10"]);
    assert_eq!(powers(&node, joined + 2), ["10", "2"]);
    // It is counted as down, and leaves.
    let left = announcement(&node, joined + 1);
    node.wait_for_height(left + 3);
    assert!(left > joined + 10, "{joined} {left}");
    assert_eq!(powers(&node, left + 2), ["10"]);

    let height = node.height().unwrap() + 8;
    let plan =
        Plan { name: "v2".to_owned(), height: i64::try_from(height).unwrap(), ..Plan::default() };
    let authority = governor.address().to_string();
    send(&node, &governor, 1, &MsgSoftwareUpgrade { authority, plan: Some(plan) });
    assert!(!node.wait_for_stoad(), "it must not end well");
    let log = fs::read_to_string(node.home.path().join("stoad.log")).unwrap();
    assert!(log.contains("UPGRADE \"v2\" NEEDED at height"), "{log}");
    let note = fs::read_to_string(node.home.path().join("data/upgrade-info.json")).unwrap();
    assert!(note.contains("\"v2\""), "{note}");
    // The same binary halts at the same block again.
    node.kill_comet();
    node.start();
    assert!(!node.wait_for_stoad());
}

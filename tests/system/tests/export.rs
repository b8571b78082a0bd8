//! A chain that begins with the state of another.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs, process::Command};

use serde_json::Value;
use stoa_client::{Client, Key, Network, coins};
use stoa_primitives::BASE_DENOM;
use stoa_system::{
    accounts, binaries,
    comet::{self, BlockTime},
    deploy::{self, Rules},
    localnet::Localnet,
    node::Node,
    ports::Ports,
    process::run,
};

const NEW_CHAIN_ID: &str = "stoa-local-2";

async fn balances(client: &Client, names: &[&str]) -> Vec<u128> {
    let mut found = Vec::new();
    for name in names {
        let address = accounts::named(name).unwrap().address;
        found.push(client.balance(&address, BASE_DENOM).await.unwrap().u128());
    }
    found
}

fn export(node: &Node, chain_id: Option<&str>) -> Value {
    let mut command = Command::new(binaries::workspace("stoad").unwrap());
    command.arg("export").arg("--home").arg(node.home.app());
    if let Some(chain_id) = chain_id {
        command.args(["--chain-id", chain_id]);
    }
    serde_json::from_str(&run(&mut command).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_begins_with_the_exported_state_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let ports = [Ports::free().unwrap()];
    let mut localnet = Localnet::create(folder.path(), &ports, BlockTime::FAST).await.unwrap();
    let network = localnet.network().unwrap();
    deploy::contracts(&localnet.home, &network, Rules::default()).await.unwrap();
    let alice = Key::from_mnemonic(&accounts::named("alice").unwrap().mnemonic).unwrap();
    let client = Client::connect(&network, alice.clone()).await.unwrap();
    let bob = accounts::named("bob").unwrap().address;
    client.send(&bob, &coins(12_345, BASE_DENOM)).await.unwrap();
    let names = ["alice", "bob", "buyer", "deployer"];
    let before = balances(&client, &names).await;

    let node = &mut localnet.nodes[0];
    node.stop().unwrap();
    let exported = export(node, Some(NEW_CHAIN_ID));
    assert_eq!(exported["app_state"]["wasm"]["contracts"].as_array().unwrap().len(), 3);
    // A new chain: nothing that was signed for the old one counts.
    node.wipe().unwrap();
    comet::forget_signatures(&node.home.comet()).unwrap();
    fs::write(node.home.genesis(), exported.to_string()).unwrap();
    node.restart().unwrap();
    localnet.wait_for_blocks(3).await.unwrap();

    let network = Network { chain_id: NEW_CHAIN_ID.to_owned(), ..network };
    let client = Client::connect(&network, alice).await.unwrap();
    assert_eq!(balances(&client, &names).await, before);
    client.send(&bob, &coins(1, BASE_DENOM)).await.unwrap();

    let node = &mut localnet.nodes[0];
    node.stop().unwrap();
    let again = export(node, None);
    for section in ["wasm", "authority", "authz", "feegrant"] {
        assert_eq!(again["app_state"][section], exported["app_state"][section], "{section}");
    }
    assert_eq!(again["validators"], exported["validators"]);
    assert_eq!(again["consensus_params"], exported["consensus_params"]);
}

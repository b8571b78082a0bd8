//! The same history on every chain: money sent, a contract made and called.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stoa_client::{Client, Coin, Key, Network, TxOutcome};
use stoa_system::{accounts, binaries, localnet::CHAIN_ID, ports::Ports};

use super::Node;

/// An address without an account.
const NOBODY: &str = "stoa1qyqszqgpqyqszqgpqyqszqgpqyqszqgpuc0td9";
/// A hash that no transaction has.
const NO_HASH: &str = "00000000000000000000000000000000000000000000000000000000000000AA";

/// Makes the history and returns the node with its facts.
pub async fn tell(name: &'static str, ports: Ports) -> Result<Node> {
    let network =
        Network { chain_id: CHAIN_ID.to_owned(), rpc: Ports::http(ports.rpc), ..Network::local() };
    let (alice, bob) = (accounts::named("alice")?, accounts::named("bob")?);
    let client = Client::connect(&network, Key::from_mnemonic(&alice.mnemonic)?).await?;
    let coin = Coin::new(5u128, "ustoa");
    let sent = client.send(&bob.address, std::slice::from_ref(&coin)).await?;
    let second = client.send(&bob.address, &[coin]).await?;
    let wasm = fs::read(binaries::contract("dao")?)?;
    let stored = client.store_code(wasm).await?;
    let rules = json!({
        "members": [{"address": alice.address, "weight": 1}],
        "quorum": 5_000,
        "threshold": 5_000,
        "voting_period_blocks": 100,
    });
    let made =
        client.instantiate(stored.code_id, &rules, "sessions", Some(&alice.address), &[]).await?;

    let mut facts: BTreeMap<String, String> = BTreeMap::new();
    let mut fact = |name: &str, value: String| facts.insert(name.to_owned(), value);
    fact("alice", alice.address);
    fact("bob", bob.address);
    fact("nobody", NOBODY.to_owned());
    fact("no_hash", NO_HASH.to_owned());
    fact("chain_id", CHAIN_ID.to_owned());
    fact("code_id", stored.code_id.to_string());
    fact("contract", made.address);
    fact("hash", hash(&sent));
    fact("hash_lower", hash(&sent).to_lowercase());
    fact("second_hash", hash(&second));
    fact("height", sent.height.to_string());
    fact("later_height", second.height.to_string());
    let found = transaction(&network.rpc, &hash(&sent)).await?;
    fact("tx", found.clone());
    fact("tx_url", found.replace('+', "%2B").replace('/', "%2F"));
    Ok(Node { name, ports, facts })
}

fn hash(outcome: &TxOutcome) -> String {
    outcome.hash.clone()
}

/// The bytes of a transaction in base64, as CometBFT has them.
async fn transaction(rpc: &str, hash: &str) -> Result<String> {
    let url = format!("{rpc}/tx?hash=0x{hash}");
    let found: Value = reqwest::get(url).await?.json().await?;
    let text = found.pointer("/result/tx").and_then(Value::as_str).context("no transaction")?;
    BASE64_STANDARD.decode(text)?;
    Ok(text.to_owned())
}

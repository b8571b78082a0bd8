//! What the worst block takes, one whose gas is spent by contracts on computation alone:
//! `cargo build --release --workspace --example worst_block`, then
//! `target/release/examples/worst_block [gas of the block]`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for people")]

use std::time::Instant;

use stoa_mock_consensus::{Actor, Genesis, MockChain, TxBuilder, execute};

const START: u128 = 1_000_000_000_000;
const DEFAULT_GAS: u64 = 50_000_000;
/// Transactions that share the block's gas.
const TXS: u64 = 5;

fn main() {
    let gas = std::env::args().nth(1).map_or(DEFAULT_GAS, |text| text.parse().unwrap());
    let attacker = Actor::new("attacker");
    let mut chain = MockChain::new(&Genesis::new().with_balance(&attacker, START).with_max_gas(-1))
        .unwrap();
    let contract = chain.deploy_probe(&attacker).unwrap();
    let (number, first) = chain.account(&attacker).unwrap();
    let looping = |sequence| {
        let tx = TxBuilder::new(number, sequence).gas(gas / TXS).fee(u128::from(gas));
        tx.message(execute(&attacker, &contract, r#"{"loop":{}}"#)).sign(&attacker)
    };
    let txs = (first..first + TXS).map(looping).collect();
    let started = Instant::now();
    let results = chain.deliver_block(txs).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let used: u64 = results.iter().map(|result| result.gas_used).sum();
    assert!(results.iter().all(|result| result.code != 0), "a loop has ended");
    println!("{used} gas in {seconds:.2} s: {:.2} million gas a second", used as f64 / seconds / 1e6);
}

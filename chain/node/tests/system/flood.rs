//! A mempool under attack: junk, transactions without fees, one sender's thousands. The chain goes on, and
//! an honest transaction is decided meanwhile.
//!
//! `STOA_FLOOD=10000` makes it as long as it says.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use stoa_app::MAX_PENDING_PER_SIGNER;
use stoa_mock_consensus::{Actor, TxBuilder, send};

use crate::{
    choice::number,
    devnet::{CHAIN_ID, Devnet},
    http,
};

/// Transactions of each attack unless `STOA_FLOOD` asks for more.
const FLOOD: u64 = 400;
/// What CometBFT's mempool holds at most.
const MEMPOOL_SIZE: u64 = 5_000;
const PATIENCE: Duration = Duration::from_secs(300);

/// Codes of admission, counted by whoever asks.
#[derive(Default)]
struct Answers {
    admitted: AtomicU64,
    refused: AtomicU64,
    none: AtomicU64,
}

fn offer(node: &Devnet, tx: &[u8], answers: &Answers) {
    let digits: String = tx.iter().map(|byte| format!("{byte:02x}")).collect();
    let answer = http::get(node.rpc_port, &format!("/broadcast_tx_sync?tx=0x{digits}"));
    let code = answer.and_then(|answer| answer.pointer("/result/code").and_then(Value::as_u64));
    let counter = match code {
        Some(0) => &answers.admitted,
        Some(_) => &answers.refused,
        // CometBFT itself refuses what it has seen before, and everything while it is full.
        None => &answers.none,
    };
    counter.fetch_add(1, Ordering::Relaxed);
}

fn waiting(node: &Devnet) -> u64 {
    let answer = http::get(node.rpc_port, "/num_unconfirmed_txs").unwrap();
    answer.pointer("/result/total").and_then(Value::as_str).unwrap().parse().unwrap()
}

#[test]
fn floods_are_bounded_and_an_honest_transaction_is_decided_meanwhile() {
    let [buyer, provider, attacker] = ["buyer", "provider", "attacker"].map(Actor::new);
    let money = 1_000_000_000_000;
    let accounts = [(&buyer, money), (&provider, money), (&attacker, money)];
    let mut node = Devnet::new(&accounts);
    node.start();
    let before = node.wait_for_height(2);
    let count = number("STOA_FLOOD").unwrap_or(FLOOD);
    let of_attacker = |sequence: u64| {
        let tx = TxBuilder::new(2, sequence).chain_id(CHAIN_ID);
        tx.message(send(&attacker, &attacker.address(), 1))
    };
    let [junk, free, paid] = [(); 3].map(|()| Answers::default());
    let started = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..count {
                offer(&node, &number.to_be_bytes().repeat(40), &junk);
            }
        });
        scope.spawn(|| {
            for number in 0..count {
                offer(
                    &node,
                    &of_attacker(0).memo(number.to_string()).fee(1).sign(&attacker),
                    &free,
                );
            }
        });
        scope.spawn(|| {
            for sequence in 0..count {
                offer(&node, &of_attacker(sequence).sign(&attacker), &paid);
                assert!(waiting(&node) <= MEMPOOL_SIZE);
            }
        });
        // In the middle of it somebody pays.
        thread::sleep(Duration::from_millis(300));
        assert_eq!(node.transfer(&buyer, &provider, 0, 0), Some(0), "{}", node.logs());
        let offered = Instant::now();
        while crate::kill::committed_sequence(&node, &buyer) == 0 {
            assert!(
                offered.elapsed() < PATIENCE,
                "the honest transaction starves; {}",
                node.logs()
            );
            thread::sleep(Duration::from_millis(20));
        }
        println!("the honest transaction was decided after {:?}", offered.elapsed());
    });
    let took = started.elapsed();
    let height = node.wait_for_height(before + 3);
    let count_of = |answers: &Answers| {
        [&answers.admitted, &answers.refused, &answers.none]
            .map(|count| count.load(Ordering::Relaxed))
    };
    let [junk, free, paid] = [&junk, &free, &paid].map(count_of);
    println!(
        "{count} of each in {took:?}, {} blocks; admitted, refused, not asked: junk {junk:?}, below the price \
         {free:?}, one sender {paid:?} (most pending: {MAX_PENDING_PER_SIGNER})",
        height - before
    );
    assert_eq!((junk[0], free[0]), (0, 0), "a flood for nothing is admitted");
    assert!(paid[0] > 0);
    node.kill_comet();
    assert!(node.terminate_stoad(), "SIGTERM must end stoad well; {}", node.logs());
}

//! What admission costs: `cargo build --release --workspace --example admission`, then
//! `target/release/examples/admission [transactions]`. Prints microseconds for one transaction of each kind.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for people")]

use std::time::Instant;

use stoa_mock_consensus::{Actor, Genesis, MockChain, TxBuilder, send};

const START: u128 = 1_000_000_000_000;
const DEFAULT_COUNT: u64 = 5_000;
/// Each sender has so many in the pool.
const OF_EACH: u64 = 10;

fn main() {
    let count = std::env::args().nth(1).map_or(DEFAULT_COUNT, |text| text.parse().unwrap());
    let senders: Vec<Actor> =
        (0..count.div_ceil(OF_EACH)).map(|number| Actor::new(&number.to_string())).collect();
    let genesis =
        senders.iter().fold(Genesis::new(), |genesis, sender| genesis.with_balance(sender, START));
    let mut chain = MockChain::new(&genesis.with_max_gas(-1)).unwrap();
    let tx = |place: u64| {
        let (number, sequence) = (place / OF_EACH, place % OF_EACH);
        let sender = &senders[usize::try_from(number).unwrap()];
        let fee = 5_000 + u128::from(place * 7_919 % 1_000);
        let tx = TxBuilder::new(number, sequence).message(send(sender, &sender.address(), 1));
        tx.fee(fee)
    };
    let signer = |place: u64| &senders[usize::try_from(place / OF_EACH).unwrap()];
    let pool: Vec<Vec<u8>> = (0..count).map(|place| tx(place).sign(signer(place))).collect();
    let cheap: Vec<Vec<u8>> =
        (0..count).map(|place| tx(place).fee(1).sign(signer(place))).collect();
    let forged: Vec<Vec<u8>> =
        (0..count).map(|place| tx(place).chain_id("stoa-other-1").sign(signer(place))).collect();
    let junk: Vec<Vec<u8>> = (0..count).map(|place| place.to_be_bytes().repeat(40)).collect();

    let check = |name: &str,
                 chain: &MockChain,
                 txs: &[Vec<u8>],
                 is_recheck: bool,
                 is_good: bool| {
        let started = Instant::now();
        for tx in txs {
            assert_eq!(chain.app().unwrap().check_tx(tx, is_recheck).is_ok(), is_good, "{name}");
        }
        print(name, started, txs.len());
    };
    check("junk", &chain, &junk, false, false);
    check("fee below the price", &chain, &cheap, false, false);
    check("forged signature", &chain, &forged, false, false);
    check("new", &chain, &pool, false, true);
    chain.advance_blocks(1).unwrap();
    check("recheck", &chain, &pool, true, true);
    let app = chain.app().unwrap();
    let started = Instant::now();
    let block = app.prepare_proposal(&pool, u64::MAX, Default::default()).unwrap();
    print("PrepareProposal", started, pool.len());
    let started = Instant::now();
    assert!(app.process_proposal(&block, &Default::default()).unwrap());
    print("ProcessProposal", started, block.len());
    assert_eq!(block.len(), pool.len());
}

fn print(name: &str, started: Instant, count: usize) {
    let micros = started.elapsed().as_micros();
    println!("{name:20} {:8} µs each, {count} of them", micros / count.max(1) as u128);
}

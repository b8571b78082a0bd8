//! A block holds only so much gas.

use stoa_mock_consensus::{Actor, Genesis, MockChain, TxBuilder, send};

use crate::{START, outcome};

const MAX_GAS: i64 = 500_000;

fn small_blocks() -> (MockChain, Actor) {
    let buyer = Actor::new("buyer");
    let genesis = Genesis::new().with_balance(&buyer, START).with_max_gas(MAX_GAS);
    (MockChain::new(&genesis).unwrap(), buyer)
}

fn txs(chain: &MockChain, buyer: &Actor, gas: &[u64]) -> Vec<Vec<u8>> {
    let (number, sequence) = chain.account(buyer).unwrap();
    let tx = |(sequence, gas): (u64, &u64)| {
        let message = send(buyer, &buyer.address(), 1);
        TxBuilder::new(number, sequence).message(message).gas(*gas).fee(20_000).sign(buyer)
    };
    (sequence..).zip(gas).map(tx).collect()
}

#[test]
fn a_proposal_takes_what_fits_in_order_and_every_validator_agrees() {
    let (chain, buyer) = small_blocks();
    let mut pool = txs(&chain, &buyer, &[200_000, 200_000, 200_000, 100_000]);
    pool.insert(1, b"no transaction".to_vec());
    let app = chain.app().unwrap();
    let proposal = app.prepare_proposal(&pool, 1_000_000, Default::default()).unwrap();
    // There is gas left for the last one, which cannot succeed without the one before.
    assert_eq!(proposal, [pool[0].clone(), pool[2].clone()]);
    let accepts = |txs: &[Vec<u8>]| app.process_proposal(txs, &Default::default()).unwrap();
    assert!(accepts(&proposal));
    assert!(!accepts(&pool), "no transaction among them");
    assert!(!accepts(&[pool[0].clone(), pool[2].clone(), pool[3].clone()]), "too much gas");
}

#[test]
fn a_proposal_keeps_to_the_bytes_that_consensus_allows() {
    let (chain, buyer) = small_blocks();
    let pool = txs(&chain, &buyer, &[100_000, 100_000]);
    let app = chain.app().unwrap();
    // One transaction, its tag and a length of two bytes.
    let one = pool[0].len() as u64 + 3;
    assert_eq!(app.prepare_proposal(&pool, one, Default::default()).unwrap(), [pool[0].clone()]);
    assert!(app.prepare_proposal(&pool, one - 1, Default::default()).unwrap().is_empty());
}

#[test]
fn a_transaction_that_wants_more_than_a_block_has_is_refused() {
    let (mut chain, buyer) = small_blocks();
    let tx = txs(&chain, &buyer, &[600_000]).remove(0);
    assert_eq!(outcome(&chain.check(&tx).unwrap()), ("sdk", 41));
    let root = chain.app_hash().unwrap();
    assert_eq!(outcome(&chain.deliver(tx).unwrap()), ("sdk", 41));
    assert_eq!(chain.app_hash().unwrap(), root);
}

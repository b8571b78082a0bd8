//! Admission: what the mempool lets in, and what it forgets.

use stoa_mock_consensus::{TxBuilder, send};

use crate::{chain, outcome};

#[test]
fn admitted_transactions_of_one_sender_follow_one_another() {
    let (chain, buyer, provider) = chain();
    let (number, _) = chain.account(&buyer).unwrap();
    let tx = |sequence| {
        let message = send(&buyer, &provider.address(), 7);
        TxBuilder::new(number, sequence).message(message).sign(&buyer)
    };
    assert_eq!(outcome(&chain.check(&tx(0)).unwrap()), ("", 0));
    assert_eq!(outcome(&chain.check(&tx(0)).unwrap()), ("sdk", 32));
    assert_eq!(outcome(&chain.check(&tx(1)).unwrap()), ("", 0));
}

#[test]
fn admission_leaves_the_state_alone_and_begins_again_after_a_block() {
    let (mut chain, buyer, provider) = chain();
    let root = chain.app_hash().unwrap();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7)).sign(&buyer);
    assert_eq!(outcome(&chain.check(&tx).unwrap()), ("", 0));
    chain.advance_blocks(1).unwrap();
    assert_eq!(chain.app_hash().unwrap(), root);
    assert_eq!(outcome(&chain.check(&tx).unwrap()), ("", 0));
    assert_eq!(outcome(&chain.deliver(tx.clone()).unwrap()), ("", 0));
    assert!(!chain.app().unwrap().check_tx(&tx, true).is_ok());
}

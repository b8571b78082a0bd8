//! What is refused, how, and that nothing of it remains.

use stoa_app::MAX_TX_BYTES;
use stoa_mock_consensus::{Actor, MockChain, send};

use crate::{START, chain, outcome};

/// Delivers `tx`, which must fail with `expected` and leave the state as it was; then the node must
/// still execute a good transaction.
fn refused(chain: &mut MockChain, buyer: &Actor, tx: &[u8], expected: (&str, u32)) -> String {
    chain.advance_blocks(1).unwrap();
    let before = chain.app_hash().unwrap();
    let account = chain.account(buyer).unwrap();
    let result = chain.deliver(tx.to_vec()).unwrap();
    assert_eq!(outcome(&result), expected, "{}", result.log);
    assert_eq!(chain.app_hash().unwrap(), before, "a refused transaction changed the state");
    assert_eq!(chain.account(buyer).unwrap(), account);
    assert!(result.data.is_empty());
    alive(chain, buyer);
    result.log
}

fn alive(chain: &mut MockChain, buyer: &Actor) {
    let good = chain.tx(buyer).unwrap().message(send(buyer, &buyer.address(), 1)).sign(buyer);
    assert_eq!(outcome(&chain.deliver(good).unwrap()), ("", 0));
}

#[test]
fn bytes_that_are_no_transaction() {
    let (mut chain, buyer, _) = chain();
    // No bytes are a transaction without messages.
    for (bytes, code) in [(&[][..], 18), (&[0xff; 40], 2), (b"hello", 2)] {
        assert_eq!(outcome(&chain.check(bytes).unwrap()), ("sdk", code));
        refused(&mut chain, &buyer, bytes, ("sdk", code));
    }
}

#[test]
fn every_prefix_of_a_transaction_is_refused_or_answered() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7)).sign(&buyer);
    let before = chain.app_hash().unwrap();
    for length in 0..tx.len() {
        let result = chain.deliver(tx[..length].to_vec()).unwrap();
        assert_ne!(result.code, 0, "{length} of {} bytes", tx.len());
    }
    assert_eq!(chain.app_hash().unwrap(), before);
    alive(&mut chain, &buyer);
}

#[test]
fn more_bytes_than_a_transaction_may_have() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let tx = tx.memo("x".repeat(MAX_TX_BYTES)).gas(90_000_000).fee(9_000_000).sign(&buyer);
    assert_eq!(outcome(&chain.check(&tx).unwrap()), ("sdk", 21));
    refused(&mut chain, &buyer, &tx, ("sdk", 21));
}

#[test]
fn a_signature_for_another_chain() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let tx = tx.chain_id("stoa-other-1").sign(&buyer);
    refused(&mut chain, &buyer, &tx, ("sdk", 4));
}

#[test]
fn a_wrong_sequence() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7)).sequence(5);
    let log = refused(&mut chain, &buyer, &tx.sign(&buyer), ("sdk", 32));
    assert!(log.contains("account sequence mismatch, expected 0, got 5"), "{log}");
}

#[test]
fn a_transaction_executed_twice() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7)).sign(&buyer);
    assert_eq!(outcome(&chain.deliver(tx.clone()).unwrap()), ("", 0));
    refused(&mut chain, &buyer, &tx, ("sdk", 32));
    assert_eq!(chain.balance(&provider.address()).unwrap(), START + 7);
}

#[test]
fn a_signature_of_someone_else() {
    let (mut chain, buyer, provider) = chain();
    let attacker = Actor::new("attacker");
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    // With the victim's key in the transaction, and with the attacker's own.
    refused(&mut chain, &buyer, &tx.sign_as(&attacker, &buyer), ("sdk", 4));
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    refused(&mut chain, &buyer, &tx.sign(&attacker), ("sdk", 8));
}

#[test]
fn a_fee_that_the_payer_does_not_have() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let tx = tx.fee(START * 2).sign(&buyer);
    refused(&mut chain, &buyer, &tx, ("sdk", 5));
}

#[test]
fn a_fee_below_the_nodes_price_is_refused_at_admission_alone() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let tx = tx.fee(1).sign(&buyer);
    assert_eq!(outcome(&chain.check(&tx).unwrap()), ("sdk", 13));
    // Blocks are not bound by the price of one node.
    assert_eq!(outcome(&chain.deliver(tx).unwrap()), ("", 0));
}

#[test]
fn gas_that_ends_in_the_ante_checks() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    refused(&mut chain, &buyer, &tx.gas(1_000).sign(&buyer), ("sdk", 11));
}

#[test]
fn gas_that_ends_in_a_message_costs_fee_and_sequence_and_nothing_else() {
    let (mut chain, buyer, provider) = chain();
    let tx = || chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let ante_gas = chain.check(&tx().sign(&buyer)).unwrap().gas_used;
    let tx = tx().gas(ante_gas + 1_500).sign(&buyer);
    let result = chain.deliver(tx).unwrap();
    assert_eq!(outcome(&result), ("sdk", 11), "{}", result.log);
    assert!(result.gas_used > result.gas_wanted);
    assert_eq!(chain.balance(&provider.address()).unwrap(), START);
    assert_eq!(chain.balance(&buyer.address()).unwrap(), START - 5_000);
    assert_eq!(chain.account(&buyer).unwrap().1, 1);
    alive(&mut chain, &buyer);
}

#[test]
fn a_failing_message_undoes_the_messages_before_it() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let tx = tx.message(send(&buyer, &provider.address(), START * 9)).sign(&buyer);
    let result = chain.deliver(tx).unwrap();
    assert_eq!(outcome(&result), ("sdk", 5));
    assert!(result.log.contains("message index: 1"), "{}", result.log);
    assert_eq!(chain.balance(&provider.address()).unwrap(), START);
    assert_eq!(chain.balance(&buyer.address()).unwrap(), START - 5_000);
    assert_eq!(chain.account(&buyer).unwrap().1, 1);
}

#[test]
fn a_transaction_after_its_timeout_height() {
    let (mut chain, buyer, provider) = chain();
    chain.advance_blocks(5).unwrap();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    refused(&mut chain, &buyer, &tx.timeout_height(3).sign(&buyer), ("sdk", 30));
}

#[test]
fn a_message_that_no_module_knows() {
    let (mut chain, buyer, _) = chain();
    let mut message = send(&buyer, &buyer.address(), 1);
    message.type_url = "/cosmos.bank.v1beta1.MsgUnknown".to_owned();
    let tx = chain.tx(&buyer).unwrap().message(message).sign(&buyer);
    refused(&mut chain, &buyer, &tx, ("sdk", 2));
}

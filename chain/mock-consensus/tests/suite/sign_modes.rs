//! Amino JSON beside DIRECT, through whole blocks.

use stoa_mock_consensus::send;

use crate::{START, chain, outcome};

#[test]
fn transactions_of_both_modes_follow_one_another() {
    let (mut chain, buyer, provider) = chain();
    for round in 0..4u128 {
        let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
        let tx = if round % 2 == 0 { tx.amino() } else { tx };
        let signed = tx.memo("<b> & \u{e9}").sign(&buyer);
        assert_eq!(outcome(&chain.check(&signed).unwrap()), ("", 0));
        assert_eq!(outcome(&chain.deliver(signed).unwrap()), ("", 0));
    }
    assert_eq!(chain.balance(&provider.address()).unwrap(), START + 28);
}

#[test]
fn one_intent_signed_in_both_modes_is_executed_once() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let (direct, amino) = (tx.clone().sign(&buyer), tx.amino().sign(&buyer));
    let results = chain.deliver_block(vec![direct.clone(), amino.clone(), direct, amino]).unwrap();
    let outcomes: Vec<_> = results.iter().map(outcome).collect();
    assert_eq!(outcomes, [("", 0), ("sdk", 32), ("sdk", 32), ("sdk", 32)]);
    assert_eq!(chain.balance(&provider.address()).unwrap(), START + 7);
}

#[test]
fn a_document_for_another_chain_sequence_or_signer_is_refused() {
    let (mut chain, buyer, provider) = chain();
    let tx = || chain.tx(&buyer).unwrap().amino().message(send(&buyer, &provider.address(), 7));
    let other_chain = tx().chain_id("stoa-other-1").sign(&buyer);
    let no_chain = tx().chain_id("").sign(&buyer);
    let stolen = tx().sign_as(&provider, &buyer);
    let later = tx().sequence(1).sign(&buyer);
    let results = chain.deliver_block(vec![other_chain, no_chain, stolen, later]).unwrap();
    let outcomes: Vec<_> = results.iter().map(outcome).collect();
    assert_eq!(outcomes, [("sdk", 4), ("sdk", 4), ("sdk", 4), ("sdk", 32)]);
    assert_eq!(chain.balance(&provider.address()).unwrap(), START);
}

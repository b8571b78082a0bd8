//! Admission: what the mempool lets in, and what it forgets.

use proptest::prelude::*;
use stoa_app::{MAX_PENDING_PER_SIGNER, TxResult};
use stoa_mock_consensus::{Actor, MockChain, TxBuilder, send};

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

#[test]
fn one_signer_fills_no_mempool() {
    let (mut chain, buyer, provider) = chain();
    let tx = |sequence| {
        let message = send(&buyer, &provider.address(), 7);
        TxBuilder::new(0, sequence).message(message).sign(&buyer)
    };
    for sequence in 0..MAX_PENDING_PER_SIGNER {
        assert_eq!(outcome(&chain.check(&tx(sequence)).unwrap()), ("", 0), "{sequence}");
    }
    let full = chain.check(&tx(MAX_PENDING_PER_SIGNER)).unwrap();
    assert_eq!(outcome(&full), ("sdk", 20), "{}", full.log);
    // A mistake is still named as clients expect it, and others are not held up.
    assert_eq!(outcome(&chain.check(&tx(MAX_PENDING_PER_SIGNER + 1)).unwrap()), ("sdk", 32));
    let other = TxBuilder::new(1, 0).message(send(&provider, &buyer.address(), 1));
    assert_eq!(outcome(&chain.check(&other.sign(&provider)).unwrap()), ("", 0));
    // What a block takes makes room for as many.
    chain.deliver_block((0..3).map(tx).collect()).unwrap();
    for sequence in 3..MAX_PENDING_PER_SIGNER {
        assert!(
            chain.app().unwrap().check_tx(&tx(sequence), true).is_ok(),
            "recheck of {sequence}"
        );
    }
    for sequence in MAX_PENDING_PER_SIGNER..MAX_PENDING_PER_SIGNER + 3 {
        assert_eq!(outcome(&chain.check(&tx(sequence)).unwrap()), ("", 0));
    }
    assert_eq!(outcome(&chain.check(&tx(MAX_PENDING_PER_SIGNER + 3)).unwrap()), ("sdk", 20));
}

#[test]
fn a_flood_of_junk_leaves_nothing_behind() {
    let (mut chain, buyer, provider) = chain();
    let attacker = Actor::new("attacker");
    let good = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let paid = |fee| good.clone().fee(fee).sign(&buyer);
    let junk = [
        (vec![0xff; 400], 2),
        // No fee, one below the price, no account, a stranger's signature, a used chain.
        (paid(0), 13),
        (paid(4_999), 13),
        (good.sign(&attacker), 8),
        (good.sign_as(&attacker, &buyer), 4),
        (good.clone().chain_id("stoa-other-1").sign(&buyer), 4),
        (good.clone().gas(u64::MAX).fee(u128::MAX).sign(&buyer), 41),
    ];
    let root = chain.app_hash().unwrap();
    for round in 0..300 {
        let (tx, code) = &junk[round % junk.len()];
        assert_eq!(outcome(&chain.check(tx).unwrap()), ("sdk", *code));
    }
    // Neither admission nor the state has kept anything of it.
    assert_eq!(outcome(&chain.check(&good.sign(&buyer)).unwrap()), ("", 0));
    chain.advance_blocks(1).unwrap();
    let smooth = {
        let (mut smooth, ..) = crate::chain();
        smooth.advance_blocks(1).unwrap();
        smooth.app_hash().unwrap()
    };
    assert_eq!(chain.app_hash().unwrap(), smooth);
    assert_eq!(root, smooth);
}

/// Transactions of two senders, whose fees say who comes first.
fn pool(chain: &MockChain) -> Vec<Vec<u8>> {
    let actors = [Actor::new("buyer"), Actor::new("provider")];
    let tx = |from: usize, sequence: u64, fee: u128| {
        let (number, _) = chain.account(&actors[from]).unwrap();
        let message = send(&actors[from], &actors[1 - from].address(), 1);
        TxBuilder::new(number, sequence).message(message).fee(fee).sign(&actors[from])
    };
    vec![tx(0, 0, 5_000), tx(0, 1, 90_000), tx(1, 0, 6_000), tx(1, 1, 5_500), tx(1, 2, 80_000)]
}

#[test]
fn a_proposal_takes_the_best_offers_first_and_keeps_each_senders_order() {
    let (mut chain, ..) = chain();
    let pool = pool(&chain);
    let app = chain.app().unwrap();
    let proposal = app.prepare_proposal(&pool, 1_000_000, Default::default()).unwrap();
    let expected: Vec<_> = [2, 3, 4, 0, 1].map(|place: usize| pool[place].clone()).into();
    assert_eq!(proposal, expected);
    // Whatever the order of arrival of different senders.
    let mixed: Vec<_> = [0, 2, 1, 3, 4].map(|place: usize| pool[place].clone()).into();
    assert_eq!(app.prepare_proposal(&mixed, 1_000_000, Default::default()).unwrap(), expected);
    assert!(app.process_proposal(&proposal, &Default::default()).unwrap());
    let results = chain.deliver_block(proposal).unwrap();
    assert!(results.iter().all(TxResult::is_ok));
    // All are stale now: none comes again.
    let again = chain.app().unwrap().prepare_proposal(&pool, 1_000_000, Default::default());
    assert!(again.unwrap().is_empty());
}

#[test]
fn a_block_whose_sequences_do_not_follow_one_another_is_refused_by_everybody() {
    let (chain, ..) = chain();
    let pool = pool(&chain);
    let app = chain.app().unwrap();
    let accepts = |places: &[usize]| {
        let txs: Vec<_> = places.iter().map(|place| pool[*place].clone()).collect();
        app.process_proposal(&txs, &Default::default()).unwrap()
    };
    assert!(accepts(&[0, 1, 2]) && accepts(&[2, 0, 3, 1]) && accepts(&[]));
    for refused in [&[1][..], &[1, 0], &[0, 0], &[2, 4], &[0, 1, 1]] {
        assert!(!accepts(refused), "{refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Other cores read and verify what waits, and nothing of that shows: neither in an answer nor in what a block
    /// of the same transactions becomes.
    #[test]
    fn what_waits_together_is_admitted_as_one_by_one(
        txs in proptest::collection::vec((0usize..2, 0u64..4, 4_990u128..5_010, 0u8..6), 0..20),
    ) {
        let (mut alone, buyer, provider) = chain();
        let (mut together, ..) = chain();
        let actors = [&buyer, &provider];
        let txs: Vec<_> = txs.into_iter().map(|(from, sequence, fee, kind)| {
            let message = send(actors[from], &actors[1 - from].address(), 1);
            let tx = TxBuilder::new(from as u64, sequence).message(message).fee(fee);
            match kind {
                0 => tx.sign_as(actors[1 - from], actors[from]),
                1 => tx.chain_id("stoa-other-1").sign(actors[from]),
                2 => vec![0xff; 40],
                _ => tx.sign(actors[from]),
            }
        }).collect();
        let expected: Vec<_> =
            txs.iter().map(|tx| alone.app().unwrap().check_tx(tx, false)).collect();
        let waiting: Vec<&[u8]> = txs.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(together.app().unwrap().check_new(&waiting), expected);
        let blocks = [alone.deliver_block(txs.clone()), together.deliver_block(txs)];
        let [alone_results, together_results] = blocks.map(Result::unwrap);
        prop_assert_eq!(alone_results, together_results);
        prop_assert_eq!(alone.app_hash().unwrap(), together.app_hash().unwrap());
    }

    /// Whatever the mempool holds, in whatever order: every validator accepts what is proposed, and every
    /// transaction in it has the right sequence. All have gas for the checks before execution: without, one
    /// fails before its sequence counts, and the next of its sender fails with it.
    #[test]
    fn what_is_proposed_is_accepted(
        txs in proptest::collection::vec((0usize..2, 0u64..4, 0u128..50_000, 100_000u64..400_000), 0..14),
        max_bytes in 0u64..6_000,
    ) {
        let (mut chain, buyer, provider) = chain();
        let actors = [&buyer, &provider];
        let txs: Vec<_> = txs.into_iter().map(|(from, sequence, fee, gas)| {
            let message = send(actors[from], &actors[1 - from].address(), 1);
            let tx = TxBuilder::new(from as u64, sequence).message(message).fee(fee).gas(gas);
            tx.sign(actors[from])
        }).collect();
        let app = chain.app().unwrap();
        let proposal = app.prepare_proposal(&txs, max_bytes, Default::default()).unwrap();
        prop_assert!(app.process_proposal(&proposal, &Default::default()).unwrap());
        prop_assert!(proposal.iter().map(Vec::len).sum::<usize>() as u64 <= max_bytes);
        for result in chain.deliver_block(proposal).unwrap() {
            prop_assert_ne!(outcome(&result), ("sdk", 32));
        }
    }
}

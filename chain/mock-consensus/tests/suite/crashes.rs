//! A process that dies at any step comes back to the same root.

use proptest::prelude::*;
use stoa_mock_consensus::{Actor, CrashPoint, Genesis, MockChain, TxBuilder, send};

use crate::chain;

fn transfer(chain: &MockChain, from: &Actor, to: &Actor) -> Vec<u8> {
    chain.tx(from).unwrap().message(send(from, &to.address(), 7)).sign(from)
}

#[test]
fn a_crash_at_every_step_of_a_block_replays_to_the_same_root() {
    let (mut chain, buyer, provider) = chain();
    let (mut smooth, ..) = crate::chain();
    for point in CrashPoint::ALL {
        let tx = transfer(&chain, &buyer, &provider);
        chain.crash_in_block(vec![tx.clone()], point).unwrap();
        smooth.deliver(tx).unwrap();
        assert_eq!(chain.app_hash().unwrap(), smooth.app_hash().unwrap(), "{point:?}");
        assert_eq!(chain.height(), smooth.height());
    }
}

#[test]
fn a_crash_around_the_first_commit_begins_again_at_the_genesis() {
    let buyer = Actor::new("buyer");
    let genesis = Genesis::new().with_balance(&buyer, 1_000_000);
    let tx = TxBuilder::new(0, 0).message(send(&buyer, &buyer.address(), 7)).sign(&buyer);
    let mut smooth = MockChain::at_genesis(&genesis).unwrap();
    smooth.deliver(tx.clone()).unwrap();
    for point in CrashPoint::ALL {
        let mut chain = MockChain::at_genesis(&genesis).unwrap();
        // Admission and proposals work on the genesis before there is a block.
        let checked = chain.check(&tx).unwrap();
        assert!(checked.is_ok(), "{}", checked.log);
        assert!(
            chain
                .app()
                .unwrap()
                .process_proposal(std::slice::from_ref(&tx), &Default::default())
                .unwrap()
        );
        chain.crash_and_reopen().unwrap();
        assert_eq!(chain.app_hash().unwrap(), None);
        chain.crash_in_block(vec![tx.clone()], point).unwrap();
        assert_eq!(chain.app_hash().unwrap(), smooth.app_hash().unwrap(), "{point:?}");
        assert_eq!(chain.account(&buyer).unwrap(), (0, 1));
    }
}

#[test]
fn a_block_that_consensus_repeats_without_a_crash_of_the_application_is_the_same() {
    let (mut chain, buyer, provider) = chain();
    let tx = transfer(&chain, &buyer, &provider);
    let block =
        stoa_app::Block { height: 2, time_nanos: 1, txs: vec![tx.clone()], ..Default::default() };
    let first = chain.app().unwrap().finalize_block(&block).unwrap();
    let again = chain.app().unwrap().finalize_block(&block).unwrap();
    assert_eq!(first, again);
    assert_eq!(chain.deliver(tx).unwrap(), first.tx_results[0]);
}

#[test]
fn a_block_out_of_order_is_refused_by_name() {
    let (chain, ..) = chain();
    let block = stoa_app::Block { height: 9, time_nanos: 1, txs: vec![], ..Default::default() };
    let error = chain.app().unwrap().finalize_block(&block).unwrap_err();
    assert_eq!(error.to_string(), "block 9 to finalize, block 2 follows");
    assert!(chain.app().unwrap().commit().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Random blocks on two chains, one of which crashes at random steps: equal roots at every height.
    #[test]
    fn two_applications_fed_the_same_blocks_agree_whatever_crashes(
        blocks in proptest::collection::vec(
            (proptest::collection::vec((any::<bool>(), 0u128..3_000_000_000, 0u64..3), 0..5), 0usize..5), 1..8,
        ),
    ) {
        let (mut smooth, buyer, provider) = chain();
        let (mut crashing, ..) = chain();
        for (transfers, crash) in blocks {
            let mut txs = Vec::new();
            for (is_buyer, amount, sequence_offset) in transfers {
                let (from, to) = if is_buyer { (&buyer, &provider) } else { (&provider, &buyer) };
                let (number, sequence) = smooth.account(from).unwrap();
                let tx = TxBuilder::new(number, sequence + sequence_offset);
                txs.push(tx.message(send(from, &to.address(), amount)).sign(from));
            }
            smooth.deliver_block(txs.clone()).unwrap();
            match CrashPoint::ALL.get(crash) {
                Some(point) => crashing.crash_in_block(txs, *point).unwrap(),
                None => drop(crashing.deliver_block(txs).unwrap()),
            }
            prop_assert_eq!(smooth.app_hash().unwrap(), crashing.app_hash().unwrap());
        }
    }
}

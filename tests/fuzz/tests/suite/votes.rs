//! Vote extensions, and the votes in front of a block, changed: all validators judge them alike, and no
//! decided block stops anybody.

use std::cell::RefCell;

use proptest::prelude::*;
use prost::Message as _;
use stoa_fuzz::{byte_edits, edit_bytes, edit_fields, field_edits};
use stoa_mock_consensus::{Ballot, Genesis, Network, Validator};
use stoa_proto::beacon::v1::ExtendedCommit;

use crate::{cases, in_time};

/// So many that one vote fewer is still more than two thirds.
const VALIDATORS: usize = 4;

thread_local! {
    static NETWORK: RefCell<Option<Network>> = const { RefCell::new(None) };
}

fn with_network<T>(test: impl FnOnce(&mut Network) -> T) -> T {
    NETWORK.with_borrow_mut(|network| {
        let network = network.get_or_insert_with(|| {
            let validators =
                ["first", "second", "third", "fourth"].map(|role| Validator::new(role, 10));
            let genesis = Genesis::new().with_window(4);
            let mut network = Network::new(&genesis, &validators).unwrap();
            network.advance_blocks(12).unwrap();
            network
        });
        test(network)
    })
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn changed_extensions_are_judged_and_never_stop_a_validator(
        voter in 0..VALIDATORS, edits in byte_edits(), fields in field_edits(), by_field: bool,
    ) {
        with_network(|network| {
            let honest = network.app(voter).unwrap().extend_vote().unwrap();
            let changed = match by_field {
                true => edit_fields(&honest, &fields),
                false => edit_bytes(&honest, &edits),
            };
            in_time(|| network.verify(voter, &changed)).unwrap();
            // Accepted or not, and also where it comes too late to be asked about.
            let late = |node: usize| match node == voter {
                true => Ballot::Late(changed.clone()),
                false => Ballot::Honest,
            };
            network.round(&[], late).unwrap();
            network.round(&[], |_| Ballot::Honest).unwrap();
            network.app_hash().unwrap();
        });
    }

    #[test]
    fn changed_votes_in_a_block_are_judged_alike_and_stop_nobody_if_decided(
        edits in byte_edits(), fields in field_edits(), by_field: bool, is_decided: bool,
    ) {
        with_network(|network| {
            let block = network.propose(&[]).unwrap();
            let [element] = block.as_slice() else { panic!("{block:?}") };
            let prefix = b"\0stoa.beacon.v1.ExtendedCommit\0";
            let changed = match by_field {
                true => {
                    let content = element.strip_prefix(prefix).unwrap();
                    [&prefix[..], &edit_fields(content, &fields)].concat()
                }
                false => edit_bytes(element, &edits),
            };
            let is_accepted = in_time(|| network.accepts(std::slice::from_ref(&changed))).unwrap();
            // A proposer may leave a vote out; it can neither add nor change one.
            let votes = |element: &[u8]| {
                let content = element.strip_prefix(prefix).unwrap_or_default();
                ExtendedCommit::decode(content).unwrap_or_default().votes
            };
            let honest = votes(element);
            assert!(!is_accepted || votes(&changed).iter().all(|vote| honest.contains(vote)));
            if is_decided {
                in_time(|| network.decide(vec![changed])).unwrap();
                network.app_hash().unwrap();
                // The votes for that block say nothing.
                let votes = (0..VALIDATORS).map(|node| network.vote(node, vec![]).unwrap());
                network.votes = ExtendedCommit { round: 0, votes: votes.collect() };
                network.advance_blocks(2).unwrap();
            }
        });
    }
}

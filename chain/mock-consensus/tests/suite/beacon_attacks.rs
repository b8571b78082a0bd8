//! Dishonest proposers and voters: what they send is refused by everyone, and decided nevertheless it
//! does nothing.

use prost::Message as _;
use stoa_app::{QueryRequest, extension::VotePlace};
use stoa_mock_consensus::{Actor, Ballot, CHAIN_ID, Network, TxBuilder, Validator, send};
use stoa_proto::beacon::v1::{ExtendedCommit, ExtendedVote, VoteExtension};

use crate::{
    beacon::{WINDOW, network, value},
    outcome,
};

const PREFIX: &[u8] = b"\0stoa.beacon.v1.ExtendedCommit\0";

/// A network on which all contribute.
fn running() -> Network {
    let mut network = network();
    network.advance_blocks(2 * WINDOW + 4).unwrap();
    network
}

fn element(commit: &ExtendedCommit) -> Vec<u8> {
    [PREFIX, commit.encode_to_vec().as_slice()].concat()
}

fn transfer() -> Vec<u8> {
    let buyer = Actor::new("buyer");
    TxBuilder::new(0, 0).message(send(&buyer, &buyer.address(), 7)).sign(&buyer)
}

/// The chains that validators have revealed, as the state holds them.
fn contributors(network: &Network) -> Vec<Vec<u8>> {
    let chains = |role| {
        let address = Validator::new(role, 10).address();
        let data = [&[1], address.as_bytes().as_slice()].concat();
        let path = "/store/beacon/key".to_owned();
        let request = QueryRequest { path, data, ..QueryRequest::default() };
        network.app(0).unwrap().query(&request).value
    };
    ["first", "second", "third", "fourth"].map(chains).to_vec()
}

/// Refused by every validator; decided nevertheless it has `code`, adds no contribution, fixes the value
/// that is due from what was there, and the chain goes on.
fn refused(mut network: Network, commit: &ExtendedCommit, code: u32) {
    let block = vec![element(commit), transfer()];
    assert!(!network.accepts(&block).unwrap(), "accepted");
    let before = contributors(&network);
    let results = network.decide(block).unwrap();
    assert_eq!(outcome(&results[0]), ("beacon", code), "{}", results[0].log);
    assert_eq!(outcome(&results[1]), ("", 0), "{}", results[1].log);
    assert_eq!(contributors(&network), before);
    assert!(value(&network, network.height() - WINDOW).is_some());
    goes_on(network);
}

fn goes_on(mut network: Network) {
    let place = VotePlace { chain_id: CHAIN_ID, height: network.height(), round: 0 };
    let silent = |role| Validator::new(role, 10).vote(place, Vec::new());
    let votes = ["first", "second", "third", "fourth"].map(silent).to_vec();
    network.votes = ExtendedCommit { round: 0, votes };
    network.advance_blocks(2).unwrap();
    assert!(network.app_hash().unwrap().is_some());
}

/// With the commit of the present votes, changed by `change`.
fn attack(change: impl FnOnce(&Network, &mut ExtendedCommit), code: u32) {
    let network = running();
    let mut commit = network.votes.clone();
    change(&network, &mut commit);
    refused(network, &commit, code);
}

fn third(place: VotePlace<'_>, extension: Vec<u8>) -> ExtendedVote {
    Validator::new("third", 10).vote(place, extension)
}

#[test]
fn a_proposal_with_its_transactions_is_accepted_by_all() {
    let network = running();
    let block = network.propose(&[transfer()]).unwrap();
    assert_eq!(block, [element(&network.votes), transfer()]);
    assert!(network.accepts(&block).unwrap());
}

#[test]
fn a_forged_signature() {
    attack(|_, commit| commit.votes[1].signature[5] ^= 1, 25);
    attack(|_, commit| commit.votes[1].signature.truncate(63), 25);
    attack(|_, commit| commit.votes[1].signature = commit.votes[0].signature.clone(), 25);
}

#[test]
fn a_changed_extension_under_an_honest_signature() {
    attack(|_, commit| commit.votes[2].extension.clear(), 25);
    attack(|_, commit| commit.votes[2].extension[9] ^= 1, 25);
}

#[test]
fn an_extension_from_another_height_round_or_chain() {
    for (height, round, chain_id) in
        [(-1, 0, CHAIN_ID), (1, 0, CHAIN_ID), (0, 1, CHAIN_ID), (0, 0, "stoa-other-1")]
    {
        let change = |network: &Network, commit: &mut ExtendedCommit| {
            let height = network.height().saturating_add_signed(height);
            let extension = commit.votes[2].extension.clone();
            commit.votes[2] = third(VotePlace { chain_id, height, round }, extension);
        };
        attack(change, 25);
    }
}

#[test]
fn a_vote_of_a_stranger() {
    let stranger = |network: &Network, commit: &mut ExtendedCommit| {
        let place = VotePlace { chain_id: CHAIN_ID, height: network.height(), round: 0 };
        commit.votes.push(Validator::new("stranger", 10).vote(place, Vec::new()));
    };
    // The bound on the bytes counts validators, so a fifth full vote would be too long already.
    attack(stranger, 23);
    attack(|_, commit| commit.votes[0].validator.truncate(19), 23);
}

#[test]
fn a_vote_counted_twice() {
    attack(|_, commit| commit.votes[3] = commit.votes[0].clone(), 24);
}

#[test]
fn votes_of_two_thirds_or_less() {
    attack(|_, commit| commit.votes.truncate(2), 26);
    attack(|_, commit| commit.votes.clear(), 26);
}

#[test]
fn a_second_encoding_and_too_many_bytes() {
    let network = running();
    let longer = [element(&network.votes), vec![0x18, 1]].concat();
    assert!(!network.accepts(&[longer]).unwrap());
    attack(|_, commit| commit.votes.extend(commit.votes.clone()), 21);
}

#[test]
fn votes_in_another_order_of_another_round_or_not_of_the_commit() {
    let network = running();
    let mut commit = network.votes.clone();
    commit.votes.swap(0, 1);
    assert!(!network.accepts(&[element(&commit)]).unwrap());

    let mut network = running();
    let block = [element(&network.votes)];
    network.votes.round = 1;
    assert!(!network.accepts(&block).unwrap());
    network.votes.round = 0;
    // The commit of the block lacks a signer whose vote is in the element.
    network.votes.votes.remove(1);
    assert!(!network.accepts(&block).unwrap());
    assert!(network.accepts(&[element(&network.votes)]).unwrap());
}

#[test]
fn votes_that_are_missing_twice_or_not_first() {
    let network = running();
    let good = network.propose(&[transfer()]).unwrap();
    let (votes, tx) = (good[0].clone(), good[1].clone());
    for block in [
        vec![],
        vec![tx.clone()],
        vec![tx.clone(), votes.clone()],
        vec![votes.clone(), votes.clone()],
        vec![votes.clone(), tx.clone(), votes.clone()],
        vec![Vec::new(), tx.clone()],
        vec![network.votes.encode_to_vec(), tx.clone()],
    ] {
        assert!(!network.accepts(&block).unwrap(), "{} elements", block.len());
    }
    assert!(network.accepts(&good).unwrap());
}

#[test]
fn a_block_without_its_votes_that_is_decided_nevertheless_stops_nobody() {
    let mut network = running();
    assert!(network.decide(Vec::new()).unwrap().is_empty());
    let mut network_with_tx = running();
    let results = network_with_tx.decide(vec![transfer()]).unwrap();
    assert_eq!(outcome(&results[0]), ("beacon", 20));
    goes_on(network);
    goes_on(network_with_tx);
}

#[test]
fn the_first_block_holds_no_votes() {
    let network = network();
    assert!(network.propose(&[]).unwrap().is_empty());
    assert!(!network.accepts(&[element(&ExtendedCommit::default())]).unwrap());
}

#[test]
fn votes_are_not_admitted_as_a_transaction() {
    let mut network = running();
    let votes = element(&network.votes);
    let checked = network.app(0).unwrap().check_tx(&votes, false);
    assert_eq!(outcome(&checked), ("sdk", 2));
    let proposed = network.propose(&[votes.clone(), transfer()]).unwrap();
    assert_eq!(proposed, [votes.clone(), transfer()], "the mempool's copy is left out");
    let results = network.decide(vec![votes.clone(), votes]).unwrap();
    assert_eq!((outcome(&results[0]), outcome(&results[1])), (("", 0), ("sdk", 2)));
}

#[test]
fn extensions_that_no_honest_validator_sends_are_refused_as_votes() {
    let network = running();
    let honest = network.app(1).unwrap().extend_vote().unwrap();
    let said = VoteExtension::decode(honest.as_slice()).unwrap();
    assert!(network.verify(1, &honest).unwrap());
    assert!(network.verify(1, &[]).unwrap(), "silence is allowed");
    assert!(!network.verify(2, &honest).unwrap(), "the link of another");
    let mut wrong = said.clone();
    wrong.link[0] ^= 1;
    assert!(!network.verify(1, &wrong.encode_to_vec()).unwrap(), "a link that does not hash");
    let old = VoteExtension::decode(network.votes.votes[1].extension.as_slice()).unwrap();
    assert!(!network.verify(1, &old.encode_to_vec()).unwrap(), "the link of the height before");
    let short = VoteExtension { link: said.link[1..].to_vec(), anchor: Vec::new() };
    assert!(!network.verify(1, &short.encode_to_vec()).unwrap());
    assert!(!network.verify(1, &[honest.as_slice(), &[0x18, 1]].concat()).unwrap());
    assert!(!network.verify(1, &vec![0; 1024 * 1024]).unwrap());
    let anchor = VoteExtension { link: said.link, anchor: vec![7; 32] };
    assert!(network.verify(1, &anchor.encode_to_vec()).unwrap(), "a new chain is allowed");
}

#[test]
fn garbage_that_arrives_too_late_to_be_verified_is_left_out_of_the_proposal() {
    let wrong = VoteExtension { link: vec![9; 32], anchor: Vec::new() }.encode_to_vec();
    for garbage in [vec![7; 1024 * 1024], b"garbage".to_vec(), wrong] {
        let mut network = running();
        let late = |voter| match voter {
            3 => Ballot::Late(garbage.clone()),
            _ => Ballot::Honest,
        };
        network.round(&[], late).unwrap();
        assert_eq!(network.votes.votes.len(), 4);
        let block = network.propose(&[]).unwrap();
        let mut honest = network.votes.clone();
        honest.votes.truncate(3);
        assert_eq!(block, [element(&honest)]);
        assert!(network.accepts(&block).unwrap());
        // A proposer that keeps it in is refused.
        assert!(!network.accepts(&[element(&network.votes)]).unwrap());
        network.advance_blocks(2).unwrap();
    }
}

#[test]
fn a_wrong_link_in_a_decided_block_hurts_its_sender_alone() {
    let mut network = running();
    let wrong = VoteExtension { link: vec![9; 32], anchor: vec![8; 32] }.encode_to_vec();
    network.votes.votes[3] = network.vote(3, wrong).unwrap();
    let before = contributors(&network);
    let results = network.decide(vec![element(&network.votes)]).unwrap();
    assert_eq!(outcome(&results[0]), ("", 0));
    let after = contributors(&network);
    assert_eq!(after[3], before[3]);
    assert!((0..3).all(|number| after[number] != before[number]));
}

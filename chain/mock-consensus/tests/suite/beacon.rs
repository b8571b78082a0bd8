//! The random beacon over a network of validators.

use std::collections::BTreeMap;

use prost::Message as _;
use sha2::{Digest as _, Sha256};
use stoa_mock_consensus::{Actor, Ballot, CHAIN_ID, Genesis, Network, TxBuilder, Validator, send};
use stoa_proto::beacon::v1::{
    Beacon, QueryBeaconRequest, QueryBeaconResponse, QueryLatestRequest, QueryLatestResponse,
    VoteExtension,
};

use crate::START;

/// Blocks in which a contribution can arrive.
pub const WINDOW: u64 = 4;
/// First index for which anchors count that are in the votes for the first block.
const FIRST: u64 = 2 + WINDOW;
/// Of every validator.
const POWER: u64 = 10;

/// Four validators of equal power.
pub fn network() -> Network {
    let roles = ["first", "second", "third", "fourth"];
    let validators = roles.map(|role| Validator::new(role, 10));
    let genesis = Genesis::new().with_balance(&Actor::new("buyer"), START).with_window(WINDOW);
    Network::new(&genesis, &validators).unwrap()
}

pub fn value(network: &Network, index: u64) -> Option<Beacon> {
    let request = QueryBeaconRequest { index };
    let answer = network.query::<QueryBeaconResponse>("/stoa.beacon.v1.Query/Beacon", &request);
    answer.ok()?.beacon
}

fn latest(network: &Network) -> Beacon {
    let path = "/stoa.beacon.v1.Query/Latest";
    network.query::<QueryLatestResponse>(path, &QueryLatestRequest {}).unwrap().beacon.unwrap()
}

/// The links in the votes for the last block, by address: what everybody on the network sees.
fn links(network: &Network) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let link = |bytes: &[u8]| VoteExtension::decode(bytes).unwrap().link;
    let votes = network.votes.votes.iter();
    let links = votes.map(|vote| (vote.validator.clone(), link(&vote.extension)));
    links.filter(|(_, link)| !link.is_empty()).collect()
}

/// The value that the contributions make, computed as the decision record says.
fn expected(index: u64, links: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let mut hash = Sha256::new_with_prefix("stoa/beacon/value/1");
    hash.update((CHAIN_ID.len() as u64).to_be_bytes());
    hash.update(CHAIN_ID);
    hash.update(index.to_be_bytes());
    for (address, link) in links {
        hash.update(address);
        hash.update(link);
    }
    hash.finalize().to_vec()
}

/// Everybody is honest but validator `number`, who is silent.
fn without(number: usize) -> impl Fn(usize) -> Ballot {
    move |voter| if voter == number { Ballot::Says(Vec::new()) } else { Ballot::Honest }
}

#[test]
fn every_height_gets_a_value_made_of_all_contributions() {
    let mut network = network();
    network.advance_blocks(FIRST - 1).unwrap();
    let mut seen = BTreeMap::new();
    for _ in 0..10 {
        let results = network.round(&[], |_| Ballot::Honest).unwrap();
        let height = network.height();
        seen.insert(height, links(&network));
        assert_eq!((results.len(), results[0].code), (1, 0));
        let due = height.checked_sub(WINDOW).filter(|index| *index >= FIRST);
        let events: Vec<_> = results[0].events.iter().map(|event| event.kind.as_str()).collect();
        let Some(index) = due else {
            assert!(events.is_empty());
            continue;
        };
        let beacon = value(&network, index).unwrap();
        assert_eq!(beacon.value, expected(index, &seen[&index]));
        assert_eq!((beacon.power, beacon.total_power), (4 * POWER, 4 * POWER));
        assert_eq!(latest(&network), beacon);
        assert_eq!(events, ["beacon"]);
        let attributes = &results[0].events[0].attributes;
        let attributes: Vec<_> =
            attributes.iter().map(|found| (found.key.as_str(), found.value.clone())).collect();
        let digits: String = beacon.value.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(attributes, [("index", index.to_string()), ("value", digits)]);
        assert_eq!(value(&network, index + 1), None, "fixed before its window has ended");
    }
}

#[test]
fn a_withheld_link_takes_that_validator_out_of_the_value_and_changes_nothing_else() {
    let (mut honest, mut withheld) = (network(), network());
    for network in [&mut honest, &mut withheld] {
        network.advance_blocks(FIRST + 2).unwrap();
    }
    let index = FIRST + 3;
    honest.advance_blocks(1).unwrap();
    let mut links = links(&honest);
    honest.advance_blocks(WINDOW).unwrap();
    for _ in 0..WINDOW {
        withheld.round(&[], without(1)).unwrap();
    }
    withheld.advance_blocks(1).unwrap();
    assert_eq!(value(&honest, index).unwrap().value, expected(index, &links));
    links.remove(Validator::new("second", 10).address().as_bytes().as_slice());
    let beacon = value(&withheld, index).unwrap();
    assert_eq!(beacon.value, expected(index, &links));
    assert_eq!((beacon.power, beacon.total_power), (3 * POWER, 4 * POWER));
    // The values of its neighbours are in none of this.
    assert_eq!(value(&withheld, index - 1), value(&honest, index - 1));
}

#[test]
fn a_link_in_the_last_block_of_the_window_brings_the_earlier_ones_along() {
    let (mut honest, mut late) = (network(), network());
    for network in [&mut honest, &mut late] {
        network.advance_blocks(FIRST + 2).unwrap();
    }
    for _ in 0..WINDOW - 1 {
        late.round(&[], without(1)).unwrap();
    }
    late.advance_blocks(6).unwrap();
    honest.advance_blocks(5 + WINDOW).unwrap();
    for index in FIRST..=honest.height() - WINDOW {
        assert_eq!(value(&late, index), value(&honest, index), "{index}");
    }
}

#[test]
fn a_proposer_that_leaves_a_vote_out_delays_it_and_changes_no_value() {
    let (mut honest, mut excluding) = (network(), network());
    for round in 0..FIRST + 12 {
        honest.advance_blocks(1).unwrap();
        excluding.advance_blocks(1).unwrap();
        // All but one proposer of a window is dishonest.
        if round % WINDOW != 0 {
            excluding.votes.votes.remove(2);
        }
    }
    let mut values = 0;
    for index in FIRST..=honest.height() - WINDOW {
        assert_eq!(value(&excluding, index), value(&honest, index), "{index}");
        values += 1;
    }
    assert!(values > 4);
}

#[test]
fn an_anchor_counts_one_window_after_its_block_and_for_no_index_before() {
    let mut network = network();
    let absent = 3;
    for _ in 0..FIRST + 4 {
        network.round(&[], without(absent)).unwrap();
    }
    // Its first vote, in the block after this one.
    network.advance_blocks(1).unwrap();
    let first = network.height() + 1 + WINDOW;
    network.advance_blocks(3 * WINDOW).unwrap();
    assert_eq!(value(&network, first - 1).unwrap().power, 3 * POWER);
    assert_eq!(value(&network, first).unwrap().power, 4 * POWER);
}

#[test]
fn a_validator_that_lost_its_seed_contributes_again_with_a_new_one() {
    let mut network = network();
    network.advance_blocks(FIRST + 2 * WINDOW).unwrap();
    network.lose_seed(2).unwrap();
    let lost = network.height() + 1;
    network.advance_blocks(4 * WINDOW).unwrap();
    let power = |index| value(&network, index).unwrap().power;
    assert_eq!(power(lost - 1), 4 * POWER);
    assert_eq!(power(lost), 3 * POWER);
    let back = latest(&network);
    assert_eq!((back.index, back.power), (network.height() - WINDOW, 4 * POWER));
}

#[test]
fn too_few_contributions_make_no_value() {
    let mut network = network();
    // A quarter of the power contributes, then a half.
    let one = |voter| if voter == 0 { Ballot::Honest } else { Ballot::Says(Vec::new()) };
    let two = |voter| if voter < 2 { Ballot::Honest } else { Ballot::Says(Vec::new()) };
    for _ in 0..FIRST + 2 * WINDOW {
        network.round(&[], one).unwrap();
    }
    assert_eq!(value(&network, FIRST), None);
    for _ in 0..3 * WINDOW {
        network.round(&[], two).unwrap();
    }
    assert_eq!(latest(&network).power, 2 * POWER);
}

#[test]
fn a_validator_that_is_away_stops_neither_the_chain_nor_the_values() {
    let mut network = network();
    let away = |voter| if voter == 1 { Ballot::Absent } else { Ballot::Honest };
    for _ in 0..FIRST + WINDOW + 3 {
        network.round(&[], away).unwrap();
    }
    assert_eq!(latest(&network).power, 3 * POWER);
}

#[test]
fn killed_and_wiped_nodes_come_back_to_the_same_root_and_the_same_votes() {
    let mut network = network();
    let buyer = Actor::new("buyer");
    for round in 0..2 * FIRST {
        let tx = TxBuilder::new(0, round).message(send(&buyer, &buyer.address(), 1)).sign(&buyer);
        let results = network.round(&[tx], |_| Ballot::Honest).unwrap();
        assert!(results.iter().all(|result| result.is_ok()), "{results:?}");
        let node = usize::try_from(round % 4).unwrap();
        let (root, vote) = (network.app_hash().unwrap(), network.app(node).unwrap().extend_vote());
        if round.is_multiple_of(3) {
            network.wipe(node).unwrap();
        } else {
            network.restart(node).unwrap();
        }
        assert_eq!(network.app_hash().unwrap(), root, "round {round}");
        assert_eq!(network.app(node).unwrap().extend_vote().unwrap(), vote.unwrap());
    }
    assert_eq!(latest(&network).power, 4 * POWER);
}

#[test]
fn values_are_forgotten_after_so_many_heights() {
    let mut network = network();
    // The test chain keeps 64.
    network.advance_blocks(FIRST + WINDOW + 64).unwrap();
    assert_eq!(latest(&network).index, FIRST + 64);
    assert_eq!(value(&network, FIRST), None);
    assert!(value(&network, FIRST + 1).is_some());
}

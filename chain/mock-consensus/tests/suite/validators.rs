//! Changes of the validator set, over a network.

use serde_json::json;
use stoa_app::TxResult;
use stoa_mock_consensus::{Ballot, Genesis, Network, TxBuilder, Validator};
use stoa_modules::{slashing::Misbehaviour, validators::ConsensusAddress};
use stoa_proto::{
    beacon::v1::{Beacon, QueryLatestRequest, QueryLatestResponse},
    privilege::v1::{MsgUpdateValidators, ValidatorChange},
    validators::v1::{QueryValidatorsRequest, QueryValidatorsResponse, ValidatorStatus},
};

use crate::{
    outcome,
    steward::{any, genesis, governor},
};

const POWER: i64 = 10;
const WINDOW: u64 = 3;

fn four() -> [Validator; 4] {
    ["first", "second", "third", "fourth"].map(|role| Validator::new(role, POWER))
}

/// A network with the governor's transactions.
struct Governed {
    network: Network,
    sequence: u64,
}

impl Governed {
    fn new(genesis: &Genesis, candidates: &[Validator]) -> Self {
        let network = Network::with_candidates(genesis, &four(), candidates).unwrap();
        Self { network, sequence: 0 }
    }

    fn update(&mut self, changes: &[(&Validator, u64)]) -> TxResult {
        let change = |(validator, power): &(&Validator, u64)| ValidatorChange {
            pub_key: validator.public_key().to_vec(),
            power: *power,
            operator: governor().address().to_string(),
        };
        let message = MsgUpdateValidators {
            sender: governor().address().to_string(),
            changes: changes.iter().map(change).collect(),
        };
        let tx = TxBuilder::new(0, self.sequence).message(any(&message)).gas(500_000).fee(12_500);
        self.sequence += 1;
        let tx = tx.sign(&governor());
        self.network.round(&[tx], |_| Ballot::Honest).unwrap().pop().unwrap()
    }

    fn status(&self, validator: &Validator) -> ValidatorStatus {
        let path = "/stoa.validators.v1.Query/Validators";
        let answer: QueryValidatorsResponse =
            self.network.query(path, &QueryValidatorsRequest {}).unwrap();
        let address = validator.address().to_bech32();
        answer.validators.into_iter().find(|status| status.address == address).unwrap()
    }

    fn is_in_set(&self, validator: &Validator) -> bool {
        self.network.set_at(u64::MAX).contains_key(&validator.address())
    }

    fn latest(&self) -> Beacon {
        let path = "/stoa.beacon.v1.Query/Latest";
        let answer: QueryLatestResponse = self.network.query(path, &QueryLatestRequest {}).unwrap();
        answer.beacon.unwrap()
    }
}

fn voters(network: &Network) -> Vec<ConsensusAddress> {
    network.last_commit().signers
}

#[test]
fn a_validator_joins_and_contributes_to_the_beacon() {
    let fifth = Validator::new("fifth", POWER);
    let mut chain = Governed::new(&genesis().with_window(WINDOW), std::slice::from_ref(&fifth));
    chain.network.advance_blocks(2).unwrap();
    let result = chain.update(&[(&fifth, 10)]);
    assert_eq!(outcome(&result), ("", 0), "{}", result.log);
    let decided = chain.network.height();
    chain.network.advance_blocks(1).unwrap();
    assert!(!voters(&chain.network).contains(&fifth.address()), "too early");
    chain.network.advance_blocks(1).unwrap();
    assert_eq!(chain.network.height(), decided + 2);
    assert!(voters(&chain.network).contains(&fifth.address()));
    // Its anchor counts one window after the block that holds its first vote.
    chain.network.advance_blocks(3 * WINDOW + 2).unwrap();
    let beacon = chain.latest();
    assert_eq!((beacon.power, beacon.total_power), (50, 50));
    // One that lost everything replays all of it.
    chain.network.wipe(4).unwrap();
    chain.network.advance_blocks(2).unwrap();
    chain.network.app_hash().unwrap();
}

#[test]
fn a_validator_leaves_and_its_last_votes_count() {
    let mut chain = Governed::new(&genesis().with_window(WINDOW), &[]);
    let fourth = Validator::new("fourth", POWER);
    chain.network.advance_blocks(3 * WINDOW).unwrap();
    let result = chain.update(&[(&fourth, 0)]);
    assert_eq!(outcome(&result), ("", 0), "{}", result.log);
    let decided = chain.network.height();
    chain.network.advance_blocks(1).unwrap();
    // The vote for the block behind the decision is the last one, and the next block holds it.
    assert!(voters(&chain.network).contains(&fourth.address()));
    chain.network.advance_blocks(1).unwrap();
    assert!(!voters(&chain.network).contains(&fourth.address()));
    assert_eq!(chain.network.height(), decided + 2);
    chain.network.advance_blocks(2 * WINDOW).unwrap();
    let beacon = chain.latest();
    assert_eq!((beacon.power, beacon.total_power), (30, 30));
    // A vote of the one that left is no vote any more.
    let stranger = chain.network.vote(3, Vec::new()).unwrap();
    chain.network.votes.votes.push(stranger);
    let before = chain.network.votes.votes.len();
    let element = chain.network.propose(&[]).unwrap();
    assert!(chain.network.accepts(&element).unwrap());
    assert_eq!(before, 4, "left out of the proposal");
}

#[test]
fn no_block_takes_more_than_a_third_whatever_is_asked_for() {
    let mut chain = Governed::new(&genesis(), &[]);
    let validators = four();
    let gone: Vec<(&Validator, u64)> =
        validators.iter().take(3).map(|validator| (validator, 0)).collect();
    let result = chain.update(&gone);
    assert_eq!(outcome(&result), ("", 0), "{}", result.log);
    let mut totals = Vec::new();
    for _ in 0..12 {
        totals.push(chain.network.set_at(u64::MAX).values().sum::<u64>());
        chain.network.advance_blocks(1).unwrap();
    }
    assert!(totals.windows(2).all(|pair| 3 * (pair[0] - pair[1]) <= pair[0]), "{totals:?}");
    assert_eq!(totals.last(), Some(&10));
    assert!(chain.is_in_set(&validators[3]));
    let nobody = chain.update(&[(&validators[3], 0)]);
    assert_eq!(outcome(&nobody), ("sdk", 18), "{}", nobody.log);
}

fn strict() -> Genesis {
    let params = json!({
        "signed_blocks_window": "6", "min_signed_per_window": "0.5",
        "downtime_jail_duration": "30s",
        "slash_fraction_double_sign": "0.05", "slash_fraction_downtime": "0.01",
    });
    genesis().with_section("slashing", json!({ "params": params })).with_section(
        "beacon",
        json!({"params": {"window_blocks": "2", "kept_values": "64", "withholding_blocks": "8"}}),
    )
}

#[test]
fn an_absent_validator_is_jailed_and_the_others_go_on() {
    let mut chain = Governed::new(&strict(), &[]);
    let fourth = Validator::new("fourth", POWER);
    let absent = |node| if node == 3 { Ballot::Absent } else { Ballot::Honest };
    let mut slashed = false;
    for _ in 0..14 {
        chain.network.round(&[], absent).unwrap();
        slashed |= chain.network.events.iter().any(|event| event.kind == "slash");
    }
    assert!(slashed && !chain.is_in_set(&fourth));
    assert!(chain.status(&fourth).validator.unwrap().is_jailed);
    chain.network.advance_blocks(10).unwrap();
    chain.network.app_hash().unwrap();
}

#[test]
fn a_validator_that_signs_twice_leaves_for_good() {
    let mut chain = Governed::new(&strict(), &[]);
    let fourth = Validator::new("fourth", POWER);
    chain.network.advance_blocks(3).unwrap();
    chain.network.misbehaviours.push(Misbehaviour {
        validator: fourth.address(),
        power: 10,
        height: 2,
        time_nanos: 1_767_225_610_000_000_000,
    });
    chain.network.advance_blocks(4).unwrap();
    assert!(!chain.is_in_set(&fourth));
    let back = chain.update(&[(&fourth, 10)]);
    assert_eq!(outcome(&back), ("privilege", 10), "{}", back.log);
}

#[test]
fn a_validator_that_withholds_its_links_is_counted_as_down() {
    let mut chain = Governed::new(&strict(), &[]);
    let (third, fourth) = (Validator::new("third", POWER), Validator::new("fourth", POWER));
    let silent = |node| if node == 3 { Ballot::Says(Vec::new()) } else { Ballot::Honest };
    for _ in 0..30 {
        chain.network.round(&[], silent).unwrap();
    }
    assert!(!chain.is_in_set(&fourth) && chain.is_in_set(&third));
    assert_eq!(chain.latest().total_power, 30);
}

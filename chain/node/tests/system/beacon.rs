//! The random beacon with CometBFT: votes are extended, signed, carried into blocks and folded.

use prost::Message as _;
use stoa_mock_consensus::Actor;
use stoa_proto::beacon::v1::{Beacon, QueryLatestRequest, QueryLatestResponse};

use crate::{devnet::Devnet, http, serve::query};

/// First index that can have a value: the anchor is in block 2 and counts a window of 8 later.
const FIRST: u64 = 10;
const WINDOW: u64 = 8;

fn latest(node: &Devnet) -> Option<Beacon> {
    let request = QueryLatestRequest {}.encode_to_vec();
    let answer = query(node, "/stoa.beacon.v1.Query/Latest", &request, 0)?;
    QueryLatestResponse::decode(answer.value.as_slice()).unwrap().beacon
}

#[test]
fn a_network_of_one_validator_makes_values_and_goes_on_after_a_restart() {
    let buyer = Actor::new("buyer");
    let mut node = Devnet::new(&[(&buyer, 1_000_000_000)]);
    node.start();
    node.wait_for_height(FIRST + WINDOW + 2);
    let first = latest(&node).unwrap_or_else(|| panic!("no value; {}", node.logs()));
    assert!(first.index >= FIRST, "{first:?}");
    assert_eq!((first.value.len(), first.power), (32, first.total_power));

    // The value that a contract finds is the one that the block announced.
    let path = format!("/block_results?height={}", first.index + WINDOW);
    let results = http::get(node.rpc_port, &path).unwrap();
    let digits: String = first.value.iter().map(|byte| format!("{byte:02x}")).collect();
    let events = results.pointer("/result/txs_results/0/events").unwrap().to_string();
    assert!(events.contains(&digits), "{events}");
    assert_eq!(node.transfer(&buyer, &buyer, 0, 0), Some(0), "{}", node.logs());

    let height = node.height().unwrap();
    node.kill_stoad();
    node.kill_comet();
    node.start();
    node.wait_for_height(height + WINDOW + 3);
    let second = latest(&node).unwrap();
    assert!(second.index > first.index && second.value != first.value, "{second:?}");
    node.kill_comet();
    assert!(node.terminate_stoad(), "SIGTERM must end stoad well; {}", node.logs());
}

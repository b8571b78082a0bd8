//! CometBFT deletes the blocks that the application says nobody needs, and none besides.

use serde_json::{Value, json};
use stoa_mock_consensus::Actor;

use crate::{devnet::Devnet, http};

/// Blocks that the operator wants to keep.
const KEPT: u64 = 20;

/// First and last block that CometBFT has.
fn blocks(node: &Devnet) -> (u64, u64) {
    let status = http::get(node.rpc_port, "/status").unwrap();
    let number = |name: &str| -> u64 {
        let info = status.pointer(&format!("/result/sync_info/{name}"));
        info.and_then(Value::as_str).unwrap().parse().unwrap()
    };
    (number("earliest_block_height"), number("latest_block_height"))
}

#[test]
fn consensus_deletes_blocks_that_nobody_needs() {
    let buyer = Actor::new("buyer");
    let mut node = Devnet::new(&[(&buyer, 1_000_000_000)]);
    node.change_genesis(|genesis| {
        genesis["consensus_params"]["evidence"]["max_age_num_blocks"] = json!("10");
        genesis["consensus_params"]["evidence"]["max_age_duration"] = json!("1000000000");
    });
    node.settings = vec![
        ("STOAD_MIN_RETAIN_BLOCKS", KEPT.to_string()),
        ("STOAD_STATE_SYNC__SNAPSHOT_INTERVAL", "0".to_owned()),
    ];
    node.start();
    node.wait_for_height(3 * KEPT);
    let (first, last) = blocks(&node);
    // CometBFT deletes when a block is committed, and reports the block a moment before.
    assert!(last - first <= KEPT + 2, "blocks {first} to {last} are kept");
    assert!(last - first >= KEPT - 1, "blocks {first} to {last} are kept");
    let deleted = http::get(node.rpc_port, "/block?height=1").unwrap();
    assert!(deleted.get("error").is_some(), "{deleted}");
    // What is left is enough to start with.
    node.kill_stoad();
    node.kill_comet();
    node.start();
    node.wait_for_height(last + 3);
    assert!(blocks(&node).0 > first, "it goes on to delete");
    node.kill_comet();
    assert!(node.terminate_stoad(), "SIGTERM must end stoad well; {}", node.logs());
}

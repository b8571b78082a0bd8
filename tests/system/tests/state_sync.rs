//! Nodes that begin with a snapshot of their peers, under load: a validator that lost everything, and one
//! that was not there before.
//!
//! `STOA_SEED=<number> cargo test -p stoa-system --test state_sync` replays the load's choices.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use stoa_system::{
    comet::{self, BlockTime},
    load::Load,
    localnet::Localnet,
    node::{self, SNAPSHOT_INTERVAL},
    ports::Ports,
    random::Random,
};
use tendermint_rpc::Client as _;

/// Validators; the chain goes on without any one of them.
const VALIDATORS: usize = 4;
/// The validator that loses everything.
const VICTIM: usize = VALIDATORS - 1;
/// How long a node may take to have a snapshot and reach the others.
const TIMEOUT: Duration = Duration::from_secs(300);
/// Blocks that a node must decide with the others afterwards.
const BLOCKS_AFTER: u64 = 5;
const POLL: Duration = Duration::from_millis(50);

async fn height(localnet: &Localnet, node: usize) -> u64 {
    localnet.nodes[node].tip().await.map_or(0, |tip| tip.height)
}

/// Waits until `node` has block `target`.
async fn reach(localnet: &mut Localnet, node: usize, target: u64) {
    let started = Instant::now();
    while height(localnet, node).await < target {
        localnet.nodes[node].check_running().unwrap();
        let log = localnet.nodes[node].cometbft.log_tail();
        assert!(started.elapsed() < TIMEOUT, "no height {target}: {log}");
        tokio::time::sleep(POLL).await;
    }
}

/// The first block that a node keeps; the blocks before it came with the snapshot.
async fn first_block(localnet: &Localnet, node: usize) -> u64 {
    let status = localnet.nodes[node].rpc().unwrap().status().await.unwrap();
    status.sync_info.earliest_block_height.value()
}

/// Every block from `from` on led to the same root on every node, as each node computed it.
async fn assert_equal_roots(localnet: &Localnet, from: u64) -> u64 {
    let mut to = u64::MAX;
    for node in 0..localnet.nodes.len() {
        // The results of a block are stored a moment after the application has executed it.
        to = to.min(height(localnet, node).await - 1);
    }
    for height in from..=to {
        let height = u32::try_from(height).unwrap();
        let mut roots = Vec::new();
        for node in &localnet.nodes {
            roots.push(node.app_hash_after(height).await.unwrap());
        }
        assert!(roots.windows(2).all(|pair| pair[0] == pair[1]), "block {height}: {roots:?}");
    }
    to
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_begin_with_a_snapshot_agree_with_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::seeded("-p stoa-system --test state_sync");
    let mut ports = Ports::free_for(VALIDATORS + 1).unwrap();
    let newcomer_ports = ports.pop().unwrap();
    let mut localnet = Localnet::create(folder.path(), &ports, BlockTime::FAST).await.unwrap();
    let network = localnet.network().unwrap();
    let load = Load::start(&network, &mut random).await.unwrap();

    // A light client needs two headers behind the snapshot's.
    reach(&mut localnet, 0, SNAPSHOT_INTERVAL + 3).await;
    let trust = node::trust([ports[0], ports[1]]).await.unwrap();
    let victim = &mut localnet.nodes[VICTIM];
    victim.kill_hard().unwrap();
    victim.wipe().unwrap();
    comet::sync_state(&victim.home.comet(), &trust).unwrap();
    let started = Instant::now();
    victim.restart().unwrap();
    let joined = Localnet::join(&localnet.home, &ports, newcomer_ports).await.unwrap();
    localnet.nodes.push(joined);
    let newcomer = VALIDATORS;

    let mut from = 0;
    for (node, what) in [(VICTIM, "the wiped validator"), (newcomer, "the newcomer")] {
        let target = height(&localnet, 0).await;
        reach(&mut localnet, node, target).await;
        let first = first_block(&localnet, node).await;
        println!("{what}: at height {target} after {:?}, first block {first}", started.elapsed());
        assert!(first > SNAPSHOT_INTERVAL, "{what} began with block {first}");
        from = from.max(first);
    }
    // The chain needs the wiped validator now: with two of four it stands still.
    localnet.nodes[0].kill_hard().unwrap();
    let target = height(&localnet, VICTIM).await + BLOCKS_AFTER;
    for node in 1..=newcomer {
        reach(&mut localnet, node, target).await;
    }
    localnet.nodes[0].restart().unwrap();
    reach(&mut localnet, 0, target).await;
    let to = assert_equal_roots(&localnet, from).await;
    let sent = load.stop().await.unwrap();
    println!("{sent} transfers; roots of {from} to {to} are equal on five nodes");
    assert!(sent > 0, "the load did nothing");
}

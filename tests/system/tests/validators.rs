//! Four validators under load: one after the other is stopped, wiped, cut off and killed as proposer.
//!
//! The load comes from a seed; `STOA_SEED=<number> cargo test -p stoa-system --test validators` replays
//! its choices. `STOA_MINUTES=60` repeats the faults for that long.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use serde_json::json;
use stoa_system::{
    comet::{BlockTime, Peer},
    link::Link,
    load::Load,
    localnet::Localnet,
    node::Node,
    ports::Ports,
    random::Random,
};
use tendermint_rpc::Client as _;

/// Validators; the chain goes on without any one of them.
const VALIDATORS: usize = 4;
/// The validator that every fault but the proposer's death hits.
const VICTIM: usize = VALIDATORS - 1;
/// Blocks that the others must make without it.
const BLOCKS_WITHOUT: u64 = 5;
/// How long a node may take to reach the others again, on a machine that is busy with other things.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(20);

/// Four validators, the last of which reaches the others only through links.
struct Network {
    localnet: Localnet,
    links: Vec<Link>,
}

impl Network {
    async fn start(folder: &std::path::Path) -> Self {
        let ports = Ports::free_for(VALIDATORS).unwrap();
        let mut links = Vec::new();
        for ports in &ports[..VICTIM] {
            links.push(Link::to(ports.p2p).await.unwrap());
        }
        let through = |peers: &[Peer], own: usize| -> Vec<Peer> {
            let reachable = peers[..VICTIM].iter().enumerate().filter(|(index, _)| *index != own);
            let linked = |(index, peer): (usize, &Peer)| match own {
                VICTIM => Peer { port: links[index].port(), ..peer.clone() },
                _ => peer.clone(),
            };
            reachable.map(linked).collect()
        };
        // The last one is away for about half of the blocks: it must not leave the set for that, or the chain
        // would need each of the three others.
        let params = json!({
            "signed_blocks_window": "100", "min_signed_per_window": "0.01",
            "downtime_jail_duration": "600s",
            "slash_fraction_double_sign": "0", "slash_fraction_downtime": "0",
        });
        let slashing = [("slashing", json!({ "params": params }))];
        let localnet = Localnet::create_linked(folder, &ports, BlockTime::FAST, through, &slashing)
            .await
            .unwrap();
        Self { localnet, links }
    }

    fn victim(&mut self) -> &mut Node {
        &mut self.localnet.nodes[VICTIM]
    }

    async fn height(&self) -> u64 {
        self.localnet.nodes[0].tip().await.unwrap().height
    }

    async fn go_on_without_it(&mut self) {
        self.localnet.wait_for_blocks(BLOCKS_WITHOUT).await.unwrap();
    }

    /// Waits until `node` has what the first validator has now.
    async fn catch_up(&mut self, node: usize, what: &str) {
        let (target, started) = (self.height().await, Instant::now());
        loop {
            let node = &mut self.localnet.nodes[node];
            node.check_running().unwrap();
            if node.tip().await.is_ok_and(|tip| tip.height >= target) {
                println!("{what}: caught up with height {target} in {:?}", started.elapsed());
                return;
            }
            assert!(started.elapsed() < CATCH_UP_TIMEOUT, "{what}: {}", node.cometbft.log_tail());
            tokio::time::sleep(POLL).await;
        }
    }

    /// Every block led to the same root on every node, as each node computed it.
    async fn assert_equal_roots(&self, from: u64) -> u64 {
        let mut to = u64::MAX;
        for node in &self.localnet.nodes {
            // The results of a block are stored a moment after the application has executed it.
            to = to.min(node.tip().await.unwrap().height - 1);
        }
        for height in from..=to {
            let height = u32::try_from(height).unwrap();
            let mut roots = Vec::new();
            for node in &self.localnet.nodes {
                roots.push(node.app_hash_after(height).await.unwrap());
            }
            assert!(roots.windows(2).all(|pair| pair[0] == pair[1]), "block {height}: {roots:?}");
        }
        to
    }

    /// The index of the validator that proposes next, if it is not the one that takes the load.
    async fn proposer(&self) -> Option<usize> {
        let rpc = self.localnet.nodes[0].rpc().unwrap();
        let state = rpc.consensus_state().await.ok()?;
        let address = state.round_state.proposer.address;
        for (index, node) in self.localnet.nodes.iter().enumerate().skip(1) {
            let status = node.rpc().unwrap().status().await.ok()?;
            if status.validator_info.address == address {
                return Some(index);
            }
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_agree_whatever_happens_to_one_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::seeded("-p stoa-system --test validators");
    let minutes: u64 = std::env::var("STOA_MINUTES").map_or(0, |text| text.parse().unwrap());
    let until = Instant::now() + Duration::from_secs(60 * minutes);
    let mut network = Network::start(folder.path()).await;
    let load = Load::start(&network.localnet.network().unwrap(), &mut random).await.unwrap();

    let (mut checked, mut rounds) = (1, 0);
    loop {
        stopped_and_restarted(&mut network).await;
        cut_off_and_back(&mut network).await;
        killed_as_proposer(&mut network).await;
        wiped(&mut network).await;
        checked = network.assert_equal_roots(checked).await;
        rounds += 1;
        println!("round {rounds}: equal roots up to height {checked}, {} transfers", load.sent());
        if Instant::now() >= until {
            break;
        }
    }
    let sent = load.stop().await.unwrap();
    println!("{rounds} rounds of four faults, {sent} transfers in {checked} blocks");
    assert!(sent > 0, "the load did nothing");
}

async fn stopped_and_restarted(network: &mut Network) {
    network.victim().stop().unwrap();
    network.go_on_without_it().await;
    network.victim().restart().unwrap();
    network.catch_up(VICTIM, "stopped and restarted").await;
}

async fn cut_off_and_back(network: &mut Network) {
    network.links.iter().for_each(Link::cut);
    network.go_on_without_it().await;
    let (alone, others) = (network.victim().tip().await.unwrap().height, network.height().await);
    assert!(alone < others, "one of four went on alone: {alone} of {others}");
    network.links.iter().for_each(Link::mend);
    network.catch_up(VICTIM, "cut off and back").await;
}

async fn killed_as_proposer(network: &mut Network) {
    let started = Instant::now();
    let proposer = loop {
        if let Some(proposer) = network.proposer().await {
            break proposer;
        }
        assert!(started.elapsed() < CATCH_UP_TIMEOUT, "no other validator proposes");
        tokio::time::sleep(POLL).await;
    };
    network.localnet.nodes[proposer].kill_hard().unwrap();
    network.go_on_without_it().await;
    network.localnet.nodes[proposer].restart().unwrap();
    network.catch_up(proposer, "killed as proposer").await;
}

async fn wiped(network: &mut Network) {
    network.victim().kill_hard().unwrap();
    network.victim().wipe().unwrap();
    network.go_on_without_it().await;
    network.victim().restart().unwrap();
    network.catch_up(VICTIM, "wiped").await;
}

//! The chain alone: validators on loopback, with funded development accounts.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::Value;
use stoa_client::Network;

use crate::{
    accounts, binaries,
    comet::{self, BlockTime, Peer},
    home::{Home, NodeHome},
    node::{self, Node, Tip},
    ports::Ports,
    process::run,
};

/// Chain id of every network that this harness makes.
pub const CHAIN_ID: &str = "stoa-local-1";
/// How long CometBFT and stoad may take to the next block, on a machine that is busy with other things.
const START_TIMEOUT: Duration = Duration::from_secs(300);
/// Pause between two looks at the height.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// A running chain on loopback, of one validator or more.
pub struct Localnet {
    /// Its folder.
    pub home: Home,
    /// Its validators; at least one.
    pub nodes: Vec<Node>,
}

impl Localnet {
    /// Makes a new chain with one validator for each set of ports, and waits for its first blocks.
    pub async fn create(path: &Path, ports: &[Ports], block_time: BlockTime) -> Result<Self> {
        let meshed = |peers: &[Peer], own: usize| {
            let others = peers.iter().enumerate().filter(|(index, _)| *index != own);
            others.map(|(_, peer)| peer.clone()).collect()
        };
        Self::create_linked(path, ports, block_time, meshed, &[]).await
    }

    /// The same, where `links` says which peers the validator with an index connects to, and `sections` of
    /// the first state are given.
    pub async fn create_linked(
        path: &Path,
        ports: &[Ports],
        block_time: BlockTime,
        links: impl Fn(&[Peer], usize) -> Vec<Peer>,
        sections: &[(&str, Value)],
    ) -> Result<Self> {
        let home = Home::fresh(path)?;
        let homes: Vec<NodeHome> = (1..=ports.len()).map(|number| home.validator(number)).collect();
        let mut peers = Vec::new();
        for (home, ports) in homes.iter().zip(ports) {
            home.make()?;
            peers.push(Peer { id: comet::init(&home.comet())?, port: ports.p2p });
        }
        for (index, (home, ports)) in homes.iter().zip(ports).enumerate() {
            comet::configure(&home.comet(), ports, block_time, &links(&peers, index))?;
            init_app(home)?;
        }
        let genesis: Vec<PathBuf> = homes.iter().map(NodeHome::genesis).collect();
        comet::share_genesis(&genesis, sections)?;
        let first = ports.first().context("a network needs a validator")?;
        describe(&home, first)?;
        let network = Network {
            chain_id: CHAIN_ID.to_owned(),
            rpc: Ports::http(first.rpc),
            grpc: Some(Ports::http(first.grpc)),
            lcd: Some(Ports::http(first.lcd)),
            content_store: Some(format!("file://{}", home.content().display())),
            ..Network::local()
        };
        network.save(&home.network())?;
        Self::resume(home, ports).await
    }

    /// Starts the chain that lies in `home`.
    pub async fn resume(home: Home, ports: &[Ports]) -> Result<Self> {
        let mut nodes = Vec::new();
        for (number, ports) in (1..).zip(ports) {
            ports.check_free()?;
            nodes.push(Node::start(home.validator(number), *ports)?);
        }
        let mut localnet = Self { home, nodes };
        localnet.wait_for_blocks(1).await?;
        Ok(localnet)
    }

    /// Makes and starts one more node beside those with `ports`, which run. It is no validator, knows the
    /// first two, and begins with a snapshot of theirs.
    pub async fn join(home: &Home, ports: &[Ports], own: Ports) -> Result<Node> {
        own.check_free()?;
        let first = ports.first().context("a network needs a validator")?;
        let second = ports.get(1).unwrap_or(first);
        let new = home.validator(ports.len() + 1);
        new.make()?;
        comet::init(&new.comet())?;
        let peer = |(number, ports): (usize, &Ports)| -> Result<Peer> {
            let id = comet::node_id(&home.validator(number).comet())?;
            Ok(Peer { id, port: ports.p2p })
        };
        let peers: Vec<Peer> = (1..).zip(ports).take(2).map(peer).collect::<Result<_>>()?;
        comet::configure(&new.comet(), &own, BlockTime::WATCHED, &peers)?;
        init_app(&new)?;
        fs::copy(home.validator(1).genesis(), new.genesis()).context("copying the genesis")?;
        comet::sync_state(&new.comet(), &node::trust([*first, *second]).await?)?;
        Node::start(new, own)
    }

    /// The first validator's ports, which clients use.
    pub fn ports(&self) -> Result<Ports> {
        Ok(self.nodes.first().context("a network needs a validator")?.ports)
    }

    /// What clients need to know.
    pub fn network(&self) -> Result<Network> {
        Ok(Network::load(&self.home.network())?)
    }

    /// Waits until the first validator has `blocks` more blocks; fails when one of its processes ends.
    pub async fn wait_for_blocks(&mut self, blocks: u64) -> Result<()> {
        let node = self.nodes.first_mut().context("a network needs a validator")?;
        let started = tokio::time::Instant::now();
        let mut target = None;
        loop {
            node.check_running()?;
            if let Ok(Tip { height, .. }) = node.tip().await
                && height > 0
            {
                let target = *target.get_or_insert(height + blocks);
                if height >= target {
                    return Ok(());
                }
            }
            if started.elapsed() > START_TIMEOUT {
                anyhow::bail!(
                    "no new block within {} s; stoad says:\n{}\nCometBFT says:\n{}",
                    START_TIMEOUT.as_secs(),
                    node.stoad.log_tail(),
                    node.cometbft.log_tail()
                );
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

fn init_app(home: &NodeHome) -> Result<()> {
    let mut command = Command::new(binaries::workspace("stoad")?);
    command.arg("init").arg("--home").arg(home.app());
    command.arg("--comet-home").arg(home.comet()).args(["--chain-id", CHAIN_ID]);
    for account in accounts::all()? {
        command.arg("--account").arg(format!("{}={}", account.address, account.balance));
    }
    run(&mut command).context("making the genesis")?;
    Ok(())
}

/// Writes the documents for wallets and explorers.
fn describe(home: &Home, ports: &Ports) -> Result<()> {
    let first = home.validator(1);
    let mut command = Command::new(binaries::workspace("stoad")?);
    command.arg("chain-registry").arg("--home").arg(first.app());
    command.arg("--comet-home").arg(first.comet()).arg("--out").arg(home.registry());
    command.arg("--rpc").arg(Ports::http(ports.rpc)).arg("--rest").arg(Ports::http(ports.lcd));
    command.arg("--grpc").arg(format!("127.0.0.1:{}", ports.grpc));
    run(&mut command).context("describing the chain")?;
    Ok(())
}

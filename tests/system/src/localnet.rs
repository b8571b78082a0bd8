//! The chain alone: CometBFT and stoad with funded development accounts.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};
use stoa_client::{Client, Network};

use crate::{
    accounts, binaries,
    comet::{self, BlockTime},
    home::Home,
    ports::Ports,
    process::{Process, run},
};

/// Chain id of every network that this harness makes.
pub const CHAIN_ID: &str = "stoa-local-1";
/// How long CometBFT and stoad may take to the first block.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// Pause between two looks at the height.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// A running chain on loopback.
pub struct Localnet {
    /// Its folder.
    pub home: Home,
    /// Its ports.
    pub ports: Ports,
    /// The ABCI application.
    pub stoad: Process,
    /// Consensus.
    pub cometbft: Process,
}

impl Localnet {
    /// Makes a new chain in an empty folder and waits for its first blocks.
    pub async fn create(path: &Path, ports: Ports, block_time: BlockTime) -> Result<Self> {
        let home = Home::fresh(path)?;
        comet::init(&home.comet(), &ports, block_time)?;
        init_node(&home)?;
        let network = Network {
            chain_id: CHAIN_ID.to_owned(),
            rpc: Ports::http(ports.rpc),
            grpc: Some(Ports::http(ports.grpc)),
            lcd: Some(Ports::http(ports.lcd)),
            content_store: Some(format!("file://{}", home.content().display())),
            ..Network::local()
        };
        network.save(&home.network())?;
        Self::resume(home, ports).await
    }

    /// Starts the chain that lies in `home`.
    pub async fn resume(home: Home, ports: Ports) -> Result<Self> {
        ports.check_free()?;
        let stoad = start_node(&home, &ports)?;
        let cometbft = comet::start(&home.comet(), &home.logs())?;
        let mut localnet = Self { home, ports, stoad, cometbft };
        localnet.wait_for_blocks(1).await?;
        Ok(localnet)
    }

    /// What clients need to know.
    pub fn network(&self) -> Result<Network> {
        Ok(Network::load(&self.home.network())?)
    }

    /// Waits until `blocks` more blocks are committed; fails when a process ends.
    pub async fn wait_for_blocks(&mut self, blocks: u64) -> Result<()> {
        let network = self.network()?;
        let started = tokio::time::Instant::now();
        let mut target = None;
        loop {
            self.stoad.check_running()?;
            self.cometbft.check_running()?;
            if let Ok(height) = height(&network).await {
                let target = *target.get_or_insert(height + blocks);
                if height >= target {
                    return Ok(());
                }
            }
            if started.elapsed() > START_TIMEOUT {
                anyhow::bail!(
                    "no new block within {} s; stoad says:\n{}",
                    START_TIMEOUT.as_secs(),
                    self.stoad.log_tail()
                );
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Starts stoad again after it was killed.
    pub fn restart_stoad(&mut self) -> Result<()> {
        self.stoad = start_node(&self.home, &self.ports)?;
        Ok(())
    }

    /// Starts CometBFT again after it was killed (it does not outlive its application).
    pub fn restart_cometbft(&mut self) -> Result<()> {
        self.cometbft = comet::start(&self.home.comet(), &self.home.logs())?;
        Ok(())
    }
}

async fn height(network: &Network) -> Result<u64> {
    let client = Client::connect_read_only(network).await?;
    Ok(client.height().await?)
}

fn init_node(home: &Home) -> Result<()> {
    let mut command = Command::new(binaries::workspace("stoad")?);
    command.arg("init").arg("--home").arg(home.node());
    command.arg("--comet-home").arg(home.comet()).args(["--chain-id", CHAIN_ID]);
    for account in accounts::all()? {
        command.arg("--account").arg(format!("{}={}", account.address, account.balance));
    }
    run(&mut command).context("making the genesis")?;
    Ok(())
}

fn start_node(home: &Home, ports: &Ports) -> Result<Process> {
    let mut command = Command::new(binaries::workspace("stoad")?);
    command.arg("start").arg("--home").arg(home.node());
    command.env("STOAD_ABCI__ADDRESS", format!("tcp://127.0.0.1:{}", ports.abci));
    command.env("STOAD_API__GRPC_ADDRESS", format!("127.0.0.1:{}", ports.grpc));
    command.env("STOAD_API__LCD_ADDRESS", format!("127.0.0.1:{}", ports.lcd));
    command.env("STOAD_COMET__RPC", Ports::http(ports.rpc));
    Process::start("stoad", &mut command, &home.logs())
}

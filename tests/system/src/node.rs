//! One validator: CometBFT and its application, side by side.

use std::{fs, process::Command, time::Duration};

use anyhow::{Context, Result};
use stoa_client::Network;
use tendermint_rpc::{Client as _, HttpClient, HttpClientUrl};

use crate::{binaries, comet, home::NodeHome, ports::Ports, process::Process};

/// Blocks between two snapshots: a node that joins shall not have to wait for one.
pub const SNAPSHOT_INTERVAL: u64 = 20;

/// How long CometBFT may take to answer, on a machine that is busy with other things.
const RPC_TIMEOUT: Duration = Duration::from_secs(120);

/// A node's two processes.
pub struct Node {
    /// Its folder.
    pub home: NodeHome,
    /// Its ports.
    pub ports: Ports,
    /// The ABCI application.
    pub stoad: Process,
    /// Consensus.
    pub cometbft: Process,
}

/// What a node has executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Height of the last block.
    pub height: u64,
    /// Root that its execution led to, as this node's application reports it.
    pub app_hash: Vec<u8>,
}

impl Node {
    /// Starts both processes on the state that lies in `home`.
    pub fn start(home: NodeHome, ports: Ports) -> Result<Self> {
        let stoad = start_stoad(&home, &ports)?;
        let cometbft = start_cometbft(&home)?;
        Ok(Self { home, ports, stoad, cometbft })
    }

    /// Stops both as an operator does: consensus first.
    pub fn stop(&mut self) -> Result<()> {
        self.cometbft.stop()?;
        self.stoad.stop()
    }

    /// Kills both at once, as a power cut does.
    pub fn kill_hard(&mut self) -> Result<()> {
        self.stoad.kill_hard()?;
        self.cometbft.kill_hard()
    }

    /// Starts both again.
    pub fn restart(&mut self) -> Result<()> {
        self.stoad = start_stoad(&self.home, &self.ports)?;
        self.cometbft = start_cometbft(&self.home)?;
        Ok(())
    }

    /// Deletes blocks and state of a stopped node. Its keys stay, and so does what it has signed:
    /// a validator that forgets that may sign a height twice.
    pub fn wipe(&self) -> Result<()> {
        let signed = self.home.comet().join("data/priv_validator_state.json");
        let state = fs::read(&signed).with_context(|| signed.display().to_string())?;
        fs::remove_dir_all(self.home.app().join("data"))?;
        fs::remove_dir_all(self.home.comet().join("data"))?;
        fs::create_dir(self.home.comet().join("data"))?;
        Ok(fs::write(signed, state)?)
    }

    /// Fails with the end of the log when a process has ended.
    pub fn check_running(&mut self) -> Result<()> {
        self.stoad.check_running()?;
        self.cometbft.check_running()
    }

    /// A client of this node's CometBFT.
    pub fn rpc(&self) -> Result<HttpClient> {
        let url: HttpClientUrl = Ports::http(self.ports.rpc).as_str().try_into()?;
        Ok(HttpClient::builder(url).timeout(RPC_TIMEOUT).build()?)
    }

    /// The last block, asked of the application itself.
    pub async fn tip(&self) -> Result<Tip> {
        let info = self.rpc()?.abci_info().await?;
        let height = info.last_block_height.value();
        Ok(Tip { height, app_hash: info.last_block_app_hash.as_bytes().to_vec() })
    }

    /// The root that this node's execution of a block led to.
    pub async fn app_hash_after(&self, height: u32) -> Result<Vec<u8>> {
        let results = self.rpc()?.block_results(height).await?;
        Ok(results.app_hash.as_bytes().to_vec())
    }

    /// The network as seen through this node.
    pub fn network(&self, network: &Network) -> Network {
        Network {
            rpc: Ports::http(self.ports.rpc),
            grpc: Some(Ports::http(self.ports.grpc)),
            lcd: Some(Ports::http(self.ports.lcd)),
            ..network.clone()
        }
    }
}

/// What a node that begins with a snapshot needs to believe: what two others have decided. A block that two
/// thirds have signed cannot change, so any recent one can be trusted.
pub async fn trust(servers: [Ports; 2]) -> Result<comet::Trust> {
    let servers = servers.map(|ports| Ports::http(ports.rpc));
    let [first, _] = &servers;
    let header = HttpClient::new(first.as_str())?.latest_block().await?.block.header;
    let (height, hash) = (header.height.value(), header.hash().to_string());
    Ok(comet::Trust { servers, height, hash })
}

fn start_stoad(home: &NodeHome, ports: &Ports) -> Result<Process> {
    let mut command = Command::new(binaries::workspace("stoad")?);
    command.arg("start").arg("--home").arg(home.app());
    command.env("STOAD_ABCI__ADDRESS", format!("tcp://127.0.0.1:{}", ports.abci));
    command.env("STOAD_API__GRPC_ADDRESS", format!("127.0.0.1:{}", ports.grpc));
    command.env("STOAD_API__LCD_ADDRESS", format!("127.0.0.1:{}", ports.lcd));
    command.env("STOAD_COMET__RPC", Ports::http(ports.rpc));
    command.env("STOAD_STATE_SYNC__SNAPSHOT_INTERVAL", SNAPSHOT_INTERVAL.to_string());
    Process::start(&home.named("stoad"), &mut command, &home.logs())
}

fn start_cometbft(home: &NodeHome) -> Result<Process> {
    comet::start(&home.named("cometbft"), &home.comet(), &home.logs())
}

//! `wasmd`, with CometBFT inside.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use stoa_system::{
    accounts,
    localnet::CHAIN_ID,
    ports::Ports,
    process::{self, Process},
};
use tempfile::TempDir;

use super::{Node, tell};

/// Name of the validator's key.
const VALIDATOR: &str = "validator";
/// What the validator has, and what it bonds.
const VALIDATOR_FUNDS: &str = "2000000000stake";
const VALIDATOR_BOND: &str = "1000000000stake";
/// Least price of gas, the same as stoad's.
const GAS_PRICE: &str = "0.025ustoa";
/// How long it may take to the second block.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// Pause between two looks at the height.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// A running chain of one validator; stops when dropped.
pub struct Wasmd {
    /// What can be asked.
    pub node: Node,
    process: Process,
    _folder: TempDir,
}

impl Wasmd {
    /// Starts the binary at `program` in a fresh folder and makes its history.
    pub async fn start(program: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let program = program.to_owned();
        let home = folder.path().to_owned();
        make_genesis(&program, &home)?;
        let ports = Ports::free()?;
        let process = Process::start("wasmd", &mut command(&program, &home, &ports), &home)?;
        let mut running = Self {
            node: Node { name: "wasmd", ports, facts: Default::default() },
            process,
            _folder: folder,
        };
        running.wait().await?;
        running.node = tell("wasmd", ports).await?;
        Ok(running)
    }

    async fn wait(&mut self) -> Result<()> {
        let started = std::time::Instant::now();
        let url = format!("{}/status", Ports::http(self.node.ports.rpc));
        loop {
            self.process.check_running()?;
            if let Ok(answer) = reqwest::get(&url).await
                && let Ok(status) = answer.json::<Value>().await
                && let Some(height) = status.pointer("/result/sync_info/latest_block_height")
                && height.as_str().and_then(|text| text.parse::<u64>().ok()) > Some(1)
            {
                return Ok(());
            }
            if started.elapsed() > START_TIMEOUT {
                bail!("no block of wasmd; its log says:\n{}", self.process.log_tail());
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

fn make_genesis(program: &PathBuf, home: &Path) -> Result<()> {
    let run = |arguments: &[&str]| {
        process::run(Command::new(program).args(arguments).arg("--home").arg(home))
    };
    let chain = ["--chain-id", CHAIN_ID];
    let keyring = ["--keyring-backend", "test"];
    run(&[&["init", "sessions"][..], &chain].concat())?;
    run(&[&["keys", "add", VALIDATOR][..], &keyring].concat())?;
    // The accounts get the same numbers as on stoad, so that both chains get the same transactions.
    for account in accounts::all()? {
        run(&["genesis", "add-genesis-account", &account.address, &account.balance])?;
    }
    run(&[&["genesis", "add-genesis-account", VALIDATOR, VALIDATOR_FUNDS][..], &keyring].concat())?;
    add_metadata(&home.join("config/genesis.json"))?;
    let bonded = ["genesis", "gentx", VALIDATOR, VALIDATOR_BOND];
    run(&[&bonded[..], &chain, &keyring].concat())?;
    run(&["genesis", "collect-gentxs"])?;
    set_block_time(&home.join("config/config.toml"))
}

/// Describes the token as stoad's genesis does.
fn add_metadata(path: &Path) -> Result<()> {
    let mut genesis: Value = serde_json::from_slice(&fs::read(path)?)?;
    let section = ::stoad::genesis::app_state();
    let metadata = section.pointer("/bank/denom_metadata").context("no metadata")?.clone();
    let place = genesis.pointer_mut("/app_state/bank/denom_metadata").context("no bank section")?;
    *place = metadata;
    Ok(fs::write(path, serde_json::to_vec(&genesis)?)?)
}

fn set_block_time(path: &Path) -> Result<()> {
    let mut config: toml::Table = fs::read_to_string(path)?.parse()?;
    let consensus = config.get_mut("consensus").and_then(toml::Value::as_table_mut);
    consensus.context("no consensus section")?.insert("timeout_commit".to_owned(), "150ms".into());
    Ok(fs::write(path, toml::to_string(&config)?)?)
}

fn command(program: &PathBuf, home: &Path, ports: &Ports) -> Command {
    let at = |port: u16| format!("tcp://127.0.0.1:{port}");
    let mut command = Command::new(program);
    command
        .arg("start")
        .args(["--minimum-gas-prices", GAS_PRICE, "--log_level", "error"])
        .args(["--rpc.laddr", &at(ports.rpc), "--p2p.laddr", &at(ports.p2p)])
        .args(["--rpc.pprof_laddr", ""])
        .args(["--api.enable=true", "--api.address", &at(ports.lcd)])
        .args(["--grpc.enable=true", "--grpc.address", &format!("127.0.0.1:{}", ports.grpc)])
        .arg("--home")
        .arg(home);
    command
}

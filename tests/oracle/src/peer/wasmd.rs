//! `wasmd`, the oracle.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use serde_json::Value;
use stoa_system::process::{self, Process};
use tempfile::TempDir;

use super::{CHAIN_ID, Genesis, Peer, free_address};

/// Name of the validator's key.
const VALIDATOR: &str = "validator";
/// What the validator has, and what it bonds.
const VALIDATOR_FUNDS: &str = "2000000000stake";
const VALIDATOR_BOND: &str = "1000000000stake";

/// The limit of a simulation in both, `stoa_app::query::SIMULATION_GAS_LIMIT`.
const SIMULATION_GAS_LIMIT: u64 = 30_000_000;

/// The program, and the home in which its genesis file is made.
pub struct Wasmd {
    program: PathBuf,
    base_home: TempDir,
}

impl Wasmd {
    /// Uses the binary at `program`.
    pub fn new(program: &Path) -> Result<Self> {
        Ok(Self { program: program.to_owned(), base_home: tempfile::tempdir()? })
    }

    /// The home of the validator that [`Wasmd::base_genesis`] makes.
    pub fn base_home(&self) -> &Path {
        self.base_home.path()
    }

    /// The first state of a chain with one validator: without one wasmd does not start.
    pub fn base_genesis(&self) -> Result<Value> {
        let home = self.base_home.path();
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&self.program);
            command.args(arguments).arg("--home").arg(home);
            process::run(&mut command)
        };
        let chain = ["--chain-id", CHAIN_ID];
        let keyring = ["--keyring-backend", "test"];
        run(&[&["init", "oracle"][..], &chain].concat())?;
        run(&[&["keys", "add", VALIDATOR][..], &keyring].concat())?;
        let funded = ["genesis", "add-genesis-account", VALIDATOR, VALIDATOR_FUNDS];
        run(&[&funded[..], &keyring].concat())?;
        let bonded = ["genesis", "gentx", VALIDATOR, VALIDATOR_BOND];
        run(&[&bonded[..], &chain, &keyring].concat())?;
        run(&["genesis", "collect-gentxs"])?;
        let text = fs::read(home.join("config/genesis.json"))?;
        let mut genesis: Value = serde_json::from_slice(&text)?;
        genesis.get_mut("app_state").map(Value::take).context("a genesis without app_state")
    }

    /// Starts a chain with `genesis` in a fresh home.
    pub fn start(&self, genesis: &Genesis) -> Result<Peer> {
        let folder = tempfile::tempdir()?;
        let (process, address) = self.launch(folder.path())?;
        Peer::begin(process, address, folder, genesis.for_wasmd()?)
    }

    /// Starts the process on what lies in `home`.
    pub fn launch(&self, home: &Path) -> Result<(Process, SocketAddr)> {
        let address = free_address()?;
        fs::create_dir_all(home.join("config"))?;
        // Only the chain id is read from it; the state comes with InitChain.
        let file = "config/genesis.json";
        fs::copy(self.base_home.path().join(file), home.join(file))?;
        let mut command = Command::new(&self.program);
        command
            .args(["start", "--with-comet=false", "--transport", "socket"])
            .args(["--address", &format!("tcp://{address}")])
            .args(["--minimum-gas-prices", "0ustoa", "--log_level", "error"])
            // Without a gRPC server the service that simulates is not there, over ABCI either.
            .args(["--api.enable=false", "--grpc.enable=true", "--grpc-web.enable=false"])
            .args(["--grpc.address", &free_address()?.to_string()])
            // As an operator may set it; stoad has such a limit always.
            .args(["--wasm.simulation_gas_limit", &SIMULATION_GAS_LIMIT.to_string()])
            .arg("--home")
            .arg(home);
        Ok((Process::start("wasmd", &mut command, home)?, address))
    }
}

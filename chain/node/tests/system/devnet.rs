//! A chain of one validator in a temporary folder.

use std::{
    fs,
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use stoa_mock_consensus::{Actor, TxBuilder, send};
use stoa_store::fail_point;
use tempfile::TempDir;

use crate::http;

pub const CHAIN_ID: &str = "stoa-system-1";
const INSTALL: &str = "go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.21";
/// Longest wait for a block; generous, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(300);

/// The two processes of a node.
pub struct Devnet {
    pub home: TempDir,
    pub rpc_port: u16,
    cometbft: PathBuf,
    /// Fail point of the next `stoad`, if it is to end itself.
    pub armed: Option<String>,
    /// Settings of `stoad` by their variables.
    pub settings: Vec<(&'static str, String)>,
    comet: Option<Child>,
    stoad: Option<Child>,
}

/// Path of CometBFT's binary.
///
/// # Panics
/// With the command that installs it, if it is missing: a system test that does not run must be seen.
pub fn cometbft() -> PathBuf {
    let of_go = std::env::home_dir().map(|home| home.join("go/bin/cometbft"));
    let of_path = std::env::var_os("PATH").into_iter().flat_map(|path| {
        std::env::split_paths(&path).map(|folder| folder.join("cometbft")).collect::<Vec<_>>()
    });
    let found = of_path.chain(of_go).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("cometbft is not installed; run: {INSTALL}"))
}

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

impl Devnet {
    /// A new chain on which `accounts` own something; not started.
    pub fn new(accounts: &[(&Actor, u128)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let cometbft = cometbft();
        let comet_home = home.path().join("comet");
        run(Command::new(&cometbft).args(["init", "--home"]).arg(&comet_home));
        let mut init = Command::new(env!("CARGO_BIN_EXE_stoad"));
        init.args(["init", "--chain-id", CHAIN_ID, "--home"]).arg(home.path());
        init.arg("--comet-home").arg(&comet_home);
        for (actor, amount) in accounts {
            init.arg("--account").arg(format!("{}={amount}ustoa", actor.address()));
        }
        run(&mut init);
        // Blocks as fast as a test wants them.
        let config = comet_home.join("config/config.toml");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, text.replace("timeout_commit = \"1s\"", "timeout_commit = \"50ms\""))
            .unwrap();
        let (rpc_port, settings) = (free_port(), Vec::new());
        Self { home, rpc_port, cometbft, armed: None, settings, comet: None, stoad: None }
    }

    /// Sets a section of `app_state` in the genesis file; before the first start.
    pub fn set_section(&self, name: &str, section: Value) {
        self.change_genesis(|genesis| genesis["app_state"][name] = section);
    }

    /// Changes the genesis file; before the first start.
    pub fn change_genesis(&self, change: impl FnOnce(&mut Value)) {
        let path = self.home.path().join("comet/config/genesis.json");
        let mut genesis: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut genesis);
        fs::write(path, genesis.to_string()).unwrap();
    }

    /// Waits until stoad ends by itself; returns whether it ended well.
    pub fn wait_for_stoad(&mut self) -> bool {
        let start = Instant::now();
        let mut stoad = self.stoad.take().unwrap();
        while start.elapsed() < PATIENCE {
            if let Some(status) = stoad.try_wait().unwrap() {
                return status.success();
            }
            sleep(Duration::from_millis(50));
        }
        end(Some(stoad));
        panic!("stoad does not end; {}", self.logs());
    }

    /// A stopped copy whose application has forgotten everything: consensus must replay all blocks.
    pub fn with_empty_application(&self) -> Self {
        assert!(self.comet.is_none() && self.stoad.is_none(), "copied while running");
        let home = tempfile::tempdir().unwrap();
        copy(&self.home.path().join("comet"), &home.path().join("comet"));
        copy(&self.home.path().join("config"), &home.path().join("config"));
        let (rpc_port, cometbft) = (free_port(), self.cometbft.clone());
        let settings = self.settings.clone();
        Self { home, rpc_port, cometbft, armed: None, settings, comet: None, stoad: None }
    }

    fn log(&self, name: &str) -> Stdio {
        let path = self.home.path().join(name);
        File::options().create(true).append(true).open(path).unwrap().into()
    }

    pub fn start_stoad(&mut self) {
        let socket = self.home.path().join("abci.sock");
        let stoad = Command::new(env!("CARGO_BIN_EXE_stoad"))
            .args(["start", "--home"])
            .arg(self.home.path())
            .env("STOAD_ABCI__ADDRESS", format!("unix://{}", socket.display()))
            .env("STOAD_COMET__RPC", format!("http://127.0.0.1:{}", self.rpc_port))
            .env("STOAD_API__ENABLED", "false")
            .envs(self.settings.clone())
            .envs(self.armed.take().map(|armed| (fail_point::VARIABLE, armed)))
            .stdout(Stdio::null())
            .stderr(self.log("stoad.log"))
            .spawn();
        self.stoad = Some(stoad.unwrap());
    }

    pub fn start_comet(&mut self) {
        let socket = self.home.path().join("abci.sock");
        let comet = Command::new(&self.cometbft)
            .args(["start", "--home"])
            .arg(self.home.path().join("comet"))
            .arg(format!("--proxy_app=unix://{}", socket.display()))
            .arg(format!("--rpc.laddr=tcp://127.0.0.1:{}", self.rpc_port))
            .arg("--p2p.laddr=tcp://127.0.0.1:0")
            .stdout(self.log("comet.log"))
            .stderr(self.log("comet.log"))
            .spawn();
        self.comet = Some(comet.unwrap());
    }

    pub fn start(&mut self) {
        self.start_stoad();
        self.start_comet();
    }

    /// SIGKILL: no chance to tidy up.
    pub fn kill_stoad(&mut self) {
        end(self.stoad.take());
    }

    /// SIGKILL.
    pub fn kill_comet(&mut self) {
        end(self.comet.take());
    }

    /// Waits until an armed stoad has ended itself; none if it takes too long.
    pub fn wait_for_death(&mut self, patience: Duration) -> Option<ExitStatus> {
        let (stoad, start) = (self.stoad.as_mut()?, Instant::now());
        while start.elapsed() < patience {
            if let Some(status) = stoad.try_wait().unwrap() {
                return Some(status);
            }
            sleep(Duration::from_millis(5));
        }
        None
    }

    /// SIGTERM to stoad; returns whether it ended well.
    pub fn terminate_stoad(&mut self) -> bool {
        let mut stoad = self.stoad.take().unwrap();
        run(Command::new("kill").arg(stoad.id().to_string()));
        stoad.wait().unwrap().success()
    }

    pub fn height(&self) -> Option<u64> {
        let status = http::get(self.rpc_port, "/status")?;
        status.pointer("/result/sync_info/latest_block_height")?.as_str()?.parse().ok()
    }

    /// Waits until `height` is reached and returns the height.
    pub fn wait_for_height(&self, height: u64) -> u64 {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(reached) = self.height().filter(|reached| *reached >= height) {
                return reached;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("height {height} not reached; {}", self.logs());
    }

    pub fn logs(&self) -> String {
        let tail = |name: &str| {
            let text = fs::read_to_string(self.home.path().join(name)).unwrap_or_default();
            let lines: Vec<_> = text.lines().rev().take(15).collect();
            lines.into_iter().rev().collect::<Vec<_>>().join("\n")
        };
        format!("stoad:\n{}\ncomet:\n{}", tail("stoad.log"), tail("comet.log"))
    }

    /// The app hash in the header of `height`: the root after the block before it.
    pub fn app_hash(&self, height: u64) -> String {
        let block = http::get(self.rpc_port, &format!("/commit?height={height}")).unwrap();
        let hash = block.pointer("/result/signed_header/header/app_hash");
        hash.and_then(Value::as_str).unwrap_or_else(|| panic!("{block}")).to_owned()
    }

    /// Offers a transfer of 7 to the mempool; returns the code of admission, if anybody answers.
    pub fn transfer(&self, from: &Actor, to: &Actor, number: u64, sequence: u64) -> Option<u64> {
        let tx = TxBuilder::new(number, sequence).chain_id(CHAIN_ID);
        self.broadcast(&tx.message(send(from, &to.address(), 7)).sign(from))
    }

    /// Offers a transaction to the mempool; returns the code of admission, if anybody answers.
    pub fn broadcast(&self, tx: &[u8]) -> Option<u64> {
        let digits: String = tx.iter().map(|byte| format!("{byte:02x}")).collect();
        let answer = http::get(self.rpc_port, &format!("/broadcast_tx_sync?tx=0x{digits}"))?;
        answer.pointer("/result/code")?.as_u64()
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        self.kill_comet();
        self.kill_stoad();
    }
}

fn end(child: Option<Child>) {
    if let Some(mut child) = child {
        // It may have ended by itself: CometBFT does when it loses the application.
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

//! CometBFT: its home, its configuration, its process.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::{
    binaries,
    ports::Ports,
    process::{Process, run},
};

/// How the network's consensus is timed.
#[derive(Clone, Copy, Debug)]
pub struct BlockTime {
    /// Pause after a commit.
    pub commit: Duration,
}

impl BlockTime {
    /// About one block a second, as a person watches it.
    pub const WATCHED: Self = Self { commit: Duration::from_millis(900) };
    /// As fast as tests can go.
    pub const FAST: Self = Self { commit: Duration::from_millis(150) };
}

/// Makes a CometBFT home with validator keys and our settings.
pub fn init(home: &Path, ports: &Ports, block_time: BlockTime) -> Result<()> {
    run(Command::new(binaries::cometbft()?).arg("init").arg("--home").arg(home))?;
    configure(home, ports, block_time)
}

/// Starts CometBFT against the ABCI application.
pub fn start(home: &Path, logs: &Path) -> Result<Process> {
    let mut command = Command::new(binaries::cometbft()?);
    command.arg("start").arg("--home").arg(home);
    Process::start("cometbft", &mut command, logs)
}

fn configure(home: &Path, ports: &Ports, block_time: BlockTime) -> Result<()> {
    let path = home.join("config/config.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut config: Table = text.parse().with_context(|| format!("parsing {}", path.display()))?;
    let listen = |port: u16| Value::String(format!("tcp://127.0.0.1:{port}"));
    let millis = |time: Duration| Value::String(format!("{}ms", time.as_millis()));

    config.insert("proxy_app".to_owned(), listen(ports.abci));
    set(&mut config, "rpc", "laddr", listen(ports.rpc));
    set(&mut config, "rpc", "cors_allowed_origins", Value::Array(vec!["*".into()]));
    set(&mut config, "p2p", "laddr", listen(ports.p2p));
    set(&mut config, "p2p", "addr_book_strict", Value::Boolean(false));
    set(&mut config, "consensus", "timeout_propose", millis(Duration::from_secs(3)));
    set(&mut config, "consensus", "timeout_commit", millis(block_time.commit));
    // Loopback only: the profiler is of no use here and its port may be taken.
    set(&mut config, "rpc", "pprof_laddr", Value::String(String::new()));
    fs::write(&path, toml::to_string(&config)?)?;
    Ok(())
}

fn set(config: &mut Table, section: &str, key: &str, value: Value) {
    if let Some(Value::Table(section)) = config.get_mut(section) {
        section.insert(key.to_owned(), value);
    }
}

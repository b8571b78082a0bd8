//! CometBFT: its home, its configuration, its process.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::Value as Json;
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

/// How long a node asks its peers for snapshots before it chooses one: the least that CometBFT takes.
const DISCOVERY_TIME: &str = "5s";

/// A validator that others connect to.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Hash of its node key.
    pub id: String,
    /// Its peer-to-peer port on loopback.
    pub port: u16,
}

/// Makes a CometBFT home with a node's and a validator's keys; returns the node's id.
pub fn init(home: &Path) -> Result<String> {
    run(Command::new(binaries::cometbft()?).arg("init").arg("--home").arg(home))?;
    node_id(home)
}

/// The id of the node whose home it is.
pub fn node_id(home: &Path) -> Result<String> {
    let id = run(Command::new(binaries::cometbft()?).arg("show-node-id").arg("--home").arg(home))?;
    Ok(id.trim().to_owned())
}

/// Starts CometBFT against the ABCI application.
pub fn start(name: &str, home: &Path, logs: &Path) -> Result<Process> {
    let mut command = Command::new(binaries::cometbft()?);
    command.arg("start").arg("--home").arg(home);
    Process::start(name, &mut command, logs)
}

/// Makes the file of the first of `genesis_files` everybody's, with the validators of all and `sections` in
/// its state.
pub fn share_genesis(genesis_files: &[PathBuf], sections: &[(&str, Json)]) -> Result<()> {
    let read = |path: &PathBuf| -> Result<Json> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        serde_json::from_str(&text).with_context(|| path.display().to_string())
    };
    let mut validators = Vec::new();
    for path in genesis_files {
        let own = read(path)?;
        validators.extend(own["validators"].as_array().context("no validators")?.iter().cloned());
    }
    let mut genesis = read(genesis_files.first().context("no genesis file")?)?;
    genesis["validators"] = Json::Array(validators);
    for (name, section) in sections {
        genesis["app_state"][name] = section.clone();
    }
    let text = serde_json::to_string_pretty(&genesis)?;
    for path in genesis_files {
        fs::write(path, &text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// What a node that begins with a snapshot believes.
#[derive(Clone, Debug)]
pub struct Trust {
    /// URLs of two nodes' RPC, whose headers are compared.
    pub servers: [String; 2],
    /// Height of a decided block.
    pub height: u64,
    /// Its hash in hexadecimal digits.
    pub hash: String,
}

/// Makes a node without blocks begin with a snapshot that its peers have.
pub fn sync_state(home: &Path, trust: &Trust) -> Result<()> {
    let path = home.join("config/config.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut config: Table = text.parse().with_context(|| format!("parsing {}", path.display()))?;
    let height = i64::try_from(trust.height)?;
    set(&mut config, "statesync", "enable", Value::Boolean(true));
    set(&mut config, "statesync", "rpc_servers", Value::String(trust.servers.join(",")));
    set(&mut config, "statesync", "trust_height", Value::Integer(height));
    set(&mut config, "statesync", "trust_hash", Value::String(trust.hash.clone()));
    set(&mut config, "statesync", "discovery_time", Value::String(DISCOVERY_TIME.to_owned()));
    fs::write(&path, toml::to_string(&config)?)?;
    Ok(())
}

/// Lets a stopped validator forget what it has signed: right for a new chain, and dangerous for any other.
pub fn forget_signatures(home: &Path) -> Result<()> {
    let path = home.join("data/priv_validator_state.json");
    let nothing = serde_json::json!({ "height": "0", "round": 0, "step": 0 });
    fs::write(&path, nothing.to_string()).with_context(|| path.display().to_string())
}

/// Sets a node's ports, timing and the peers it connects to.
pub fn configure(home: &Path, ports: &Ports, block_time: BlockTime, peers: &[Peer]) -> Result<()> {
    let path = home.join("config/config.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut config: Table = text.parse().with_context(|| format!("parsing {}", path.display()))?;
    let listen = |port: u16| Value::String(format!("tcp://127.0.0.1:{port}"));
    let millis = |time: Duration| Value::String(format!("{}ms", time.as_millis()));

    config.insert("proxy_app".to_owned(), listen(ports.abci));
    set(&mut config, "rpc", "laddr", listen(ports.rpc));
    set(&mut config, "rpc", "cors_allowed_origins", Value::Array(vec!["*".into()]));
    set(&mut config, "p2p", "laddr", listen(ports.p2p));
    let addresses = peers.iter().map(|peer| format!("{}@127.0.0.1:{}", peer.id, peer.port));
    let addresses = addresses.collect::<Vec<_>>().join(",");
    set(&mut config, "p2p", "persistent_peers", Value::String(addresses));
    // The network is what is written here: nodes on loopback look like duplicates to an address book.
    set(&mut config, "p2p", "pex", Value::Boolean(false));
    set(&mut config, "p2p", "allow_duplicate_ip", Value::Boolean(true));
    set(&mut config, "p2p", "persistent_peers_max_dial_period", millis(Duration::from_secs(1)));
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

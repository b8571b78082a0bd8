//! Configuration: a file, overridden by the environment, overridden by flags.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

use crate::{
    abci::Address,
    pruning::{StateSync, Store},
};

/// The annotated defaults, as `stoad init` writes them.
pub const EXAMPLE: &str = include_str!("../config.example.toml");
/// Prefix of environment variables.
const ENV_PREFIX: &str = "STOAD_";
/// Least price of gas unless configured otherwise.
const DEFAULT_MINIMUM_GAS_PRICES: &str = "0.025ustoa";

/// Everything an operator may choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Least price of gas that the mempool admits, e.g. `0.025ustoa`.
    pub minimum_gas_prices: String,
    /// Blocks that CometBFT keeps at least; zero for all.
    pub min_retain_blocks: u64,
    /// Cores that execute a block; zero for all.
    pub execution_cores: u16,
    /// Filter of log lines.
    pub log: String,
    /// The socket for consensus.
    pub abci: Abci,
    /// CometBFT.
    pub comet: Comet,
    /// The state on the disk.
    pub store: Store,
    /// Snapshots for nodes that start later.
    pub state_sync: StateSync,
    /// Interfaces for clients.
    pub api: Api,
}

/// The socket for consensus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Abci {
    /// `tcp://host:port` or `unix:///path`.
    pub address: Address,
}

/// CometBFT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comet {
    /// URL of its RPC.
    pub rpc: String,
}

/// Interfaces for clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Whether they are served.
    pub enabled: bool,
    /// Where gRPC listens.
    pub grpc_address: SocketAddr,
    /// Where REST ("LCD") listens.
    pub lcd_address: SocketAddr,
}

impl Default for Config {
    fn default() -> Self {
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            minimum_gas_prices: DEFAULT_MINIMUM_GAS_PRICES.to_owned(),
            min_retain_blocks: 0,
            execution_cores: 0,
            log: "info".to_owned(),
            abci: Abci { address: Address::Tcp("127.0.0.1:26658".to_owned()) },
            comet: Comet { rpc: "http://127.0.0.1:26657".to_owned() },
            store: Store::default(),
            state_sync: StateSync::default(),
            api: Api { enabled: true, grpc_address: local(9090), lcd_address: local(1317) },
        }
    }
}

impl Config {
    /// Defaults, overridden by the file, by the environment and by what `flags` holds.
    pub fn load(file: &Path, flags: &Overrides) -> Result<Self, Box<figment::Error>> {
        Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file))
            .merge(Env::prefixed(ENV_PREFIX).split("__"))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(Box::new)
    }
}

/// Flags of `stoad start` that override the file.
#[derive(Clone, Debug, Default, Serialize, clap::Args)]
pub struct Overrides {
    /// Least price of gas that the mempool admits, e.g. 0.025ustoa.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_gas_prices: Option<String>,
    /// Filter of log lines, e.g. info,stoa_app=debug.
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// Where things lie below the home folder.
#[derive(Clone, Debug)]
pub struct Home(pub PathBuf);

impl Home {
    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.0.join("config").join("app.toml")
    }

    /// The validator's secret for the random beacon.
    pub fn beacon_seed(&self) -> PathBuf {
        self.0.join("config").join("beacon_seed.json")
    }

    /// State and contract code.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pruning::PruningMode;

    #[test]
    fn the_example_says_what_the_defaults_are() {
        let example: Config = toml::from_str(EXAMPLE).unwrap();
        assert_eq!(example, Config::default());
    }

    #[test]
    fn flags_win_over_the_file_and_unknown_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.toml");
        let text = "minimum_gas_prices = \"1ustoa\"\n[store]\npruning = \"nothing\"\n";
        std::fs::write(&file, text).unwrap();
        let flags = Overrides { minimum_gas_prices: Some("2ustoa".to_owned()), log: None };
        let config = Config::load(&file, &flags).unwrap();
        assert_eq!(config.minimum_gas_prices, "2ustoa");
        assert_eq!(config.store.pruning, PruningMode::Nothing);

        std::fs::write(&file, "minimum_gas_prize = \"1ustoa\"\n").unwrap();
        assert!(Config::load(&file, &Overrides::default()).is_err());
    }
}

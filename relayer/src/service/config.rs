//! The operator's choices; `config.example.toml` is their reference page.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Patience, RelayerError},
    plan::Policy,
    service::worker::Settings,
};

/// Prefix of environment variables that override the file, e.g. `STOA_RELAYER_RUNNER`.
const ENV_PREFIX: &str = "STOA_RELAYER_";

/// Configuration; see `config.example.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Network file: chain, contracts, content store.
    pub network: PathBuf,
    /// File with the provider's BIP-39 words.
    pub mnemonic_file: PathBuf,
    /// gRPC address of the provider's runner.
    pub runner: String,
    /// File with the token that the runner asks its relayer for; empty: none.
    pub runner_token_file: PathBuf,
    /// Folder of the journal.
    pub data_folder: PathBuf,
    /// Content store instead of the network file's; empty: the network file's.
    pub content_store: String,
    /// Jobs executed at the same time at most, 1 or more.
    pub max_concurrent_executions: usize,
    /// Blocks that must be left before the deadline for an execution to begin, 1 or more.
    pub min_blocks_to_deliver: u64,
    /// Seconds between two looks at the chain when no block event arrives.
    pub poll_interval_seconds: u64,
    /// Seconds that the runner may take for one job.
    pub execution_timeout_seconds: u64,
    /// Seconds before a failed step is tried again.
    pub retry_seconds: u64,
    /// Attempts at a job that fails for a reason of its own before it is given up.
    pub max_attempts: u32,
    /// Seconds that a transaction under way gets to finish at shutdown.
    pub shutdown_grace_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            network: "network.json".into(),
            mnemonic_file: "provider.mnemonic".into(),
            runner: "http://127.0.0.1:8001".to_owned(),
            runner_token_file: PathBuf::new(),
            data_folder: "relayer-data".into(),
            content_store: String::new(),
            max_concurrent_executions: 1,
            min_blocks_to_deliver: 2,
            poll_interval_seconds: 2,
            execution_timeout_seconds: 600,
            retry_seconds: 3,
            max_attempts: 5,
            shutdown_grace_seconds: 10,
        }
    }
}

impl Config {
    /// Defaults, then `file` if given, then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, RelayerError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment
            .merge(Env::prefixed(ENV_PREFIX))
            .extract()
            .map_err(|error| RelayerError::Config(Box::new(error)))
    }

    /// What the loop needs, with every bound at least 1.
    pub fn settings(&self, chain_id: String, marketplace: String) -> Settings {
        Settings {
            chain_id,
            marketplace,
            policy: Policy { min_blocks_to_deliver: self.min_blocks_to_deliver.max(1) },
            patience: Patience {
                retry: Duration::from_secs(self.retry_seconds.max(1)),
                max_attempts: self.max_attempts.max(1),
            },
            max_concurrent_executions: self.max_concurrent_executions.max(1),
            poll_interval: Duration::from_secs(self.poll_interval_seconds.max(1)),
            shutdown_grace: Duration::from_secs(self.shutdown_grace_seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_states_the_defaults_and_every_field() {
        let example = include_str!("../../config.example.toml");
        let parsed: Config = toml::from_str(example).unwrap();
        assert_eq!(parsed, Config::default());
        for field in toml::Table::try_from(Config::default()).unwrap().keys() {
            assert!(example.contains(&format!("\n{field} = ")), "{field} is not in the example");
        }
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("relayer.toml");
        std::fs::write(&file, "runer = \"http://127.0.0.1:1\"").unwrap();
        assert!(matches!(Config::load(Some(&file)), Err(RelayerError::Config(_))));
        std::fs::write(&file, "runner = \"http://127.0.0.1:1\"").unwrap();
        assert_eq!(Config::load(Some(&file)).unwrap().runner, "http://127.0.0.1:1");
    }
}

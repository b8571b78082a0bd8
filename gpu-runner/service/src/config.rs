//! Settings: defaults, then the file, then the environment, then flags.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use stoa_engine::BackendKind;

/// Prefix of environment variables, e.g. `STOA_RUNNER_MODEL_DIR`.
pub const ENVIRONMENT_PREFIX: &str = "STOA_RUNNER_";
/// Largest accepted queue, in requests.
const MAX_QUEUE: usize = 10_000;
/// Largest accepted number of open job streams.
const MAX_STREAMS: usize = 100_000;

/// Where the integers are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// WGSL compute shaders on a Vulkan, Metal or DX12 adapter.
    Gpu,
    /// The CPU twin.
    Cpu,
}

impl From<Backend> for BackendKind {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Gpu => Self::Gpu,
            Backend::Cpu => Self::Cpu,
        }
    }
}

/// Every setting of `gpu-runner serve`; `config.example.toml` explains them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of the model.
    pub model_dir: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Where to compute.
    pub backend: Backend,
    /// File with the receipt key: a BIP-39 mnemonic or a secret key in hex.
    pub key_file: PathBuf,
    /// Folder of the results store.
    pub data_dir: PathBuf,
    /// File with the token that `Generate` must carry; without it every caller may hand in jobs.
    pub relayer_token_file: Option<PathBuf>,
    /// Paid jobs that may wait for the engine.
    pub queue_jobs: usize,
    /// KServe calls that may wait for the engine.
    pub queue_infer: usize,
    /// Open `Generate` and `Watch` streams.
    pub max_streams: usize,
    /// Whether KServe `ModelInfer` answers without payment.
    pub serve_unpaid: bool,
    /// Seconds that a running job gets to end after a stop signal.
    pub shutdown_grace_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model_dir: "model".into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9100)),
            backend: Backend::Gpu,
            key_file: "runner.key".into(),
            data_dir: "runner-data".into(),
            relayer_token_file: None,
            queue_jobs: 64,
            queue_infer: 16,
            max_streams: 256,
            serve_unpaid: true,
            shutdown_grace_seconds: 30,
        }
    }
}

/// Settings given as flags; `None` leaves the lower layer's value.
#[derive(Clone, Debug, Default, Serialize, clap::Args)]
pub struct Overrides {
    /// Folder of the model.
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_dir: Option<PathBuf>,
    /// Address to listen on, e.g. 127.0.0.1:9100.
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// Where to compute.
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<Backend>,
    /// File with the receipt key: a BIP-39 mnemonic or a secret key in hex.
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// Folder of the results store.
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
}

/// Why the settings are refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error("the configuration file {} does not exist", path.display())]
    NoFile {
        /// The file asked for.
        path: PathBuf,
    },
    /// A value has a wrong name or type.
    #[error("the configuration is not valid")]
    Invalid(#[source] Box<figment::Error>),
    /// A number is out of range.
    #[error("{field} is {actual}, it must be between 1 and {limit}")]
    OutOfRange {
        /// Name of the setting.
        field: &'static str,
        /// Value found.
        actual: usize,
        /// Largest accepted value.
        limit: usize,
    },
}

impl Config {
    /// Layers `file` (when given), the environment and `overrides` over the defaults.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(path) = file {
            if !path.is_file() {
                return Err(ConfigError::NoFile { path: path.to_owned() });
            }
            figment = figment.merge(Toml::file_exact(path));
        }
        let config: Self = figment
            .merge(Env::prefixed(ENVIRONMENT_PREFIX))
            .merge(Serialized::defaults(overrides))
            .extract()
            .map_err(|error| ConfigError::Invalid(Box::new(error)))?;
        config.check()
    }

    fn check(self) -> Result<Self, ConfigError> {
        within("queue_jobs", self.queue_jobs, MAX_QUEUE)?;
        within("queue_infer", self.queue_infer, MAX_QUEUE)?;
        within("max_streams", self.max_streams, MAX_STREAMS)?;
        Ok(self)
    }
}

fn within(field: &'static str, actual: usize, limit: usize) -> Result<(), ConfigError> {
    if (1..=limit).contains(&actual) {
        return Ok(());
    }
    Err(ConfigError::OutOfRange { field, actual, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_states_the_defaults() {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml");
        let text = std::fs::read_to_string(example).unwrap();
        let stated: Config = Figment::from(Toml::string(&text)).extract().unwrap();
        assert_eq!(stated, Config::default());
    }

    #[test]
    fn flags_win_over_the_file_and_unknown_settings_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("runner.toml");
        std::fs::write(&path, "queue_jobs = 3\nbackend = \"gpu\"\n").unwrap();
        let overrides = Overrides { backend: Some(Backend::Cpu), ..Overrides::default() };
        let config = Config::load(Some(&path), &overrides).unwrap();
        assert_eq!(config, Config { queue_jobs: 3, backend: Backend::Cpu, ..Config::default() });

        std::fs::write(&path, "queue_job = 3\n").unwrap();
        let refused = Config::load(Some(&path), &Overrides::default());
        assert!(matches!(refused, Err(ConfigError::Invalid(_))));
    }

    #[test]
    fn an_empty_queue_and_a_missing_file_are_refused() {
        let none = Config { queue_jobs: 0, ..Config::default() }.check();
        assert!(matches!(none, Err(ConfigError::OutOfRange { field: "queue_jobs", .. })));
        let missing = Config::load(Some(Path::new("no-such-file.toml")), &Overrides::default());
        assert!(matches!(missing, Err(ConfigError::NoFile { .. })));
    }
}

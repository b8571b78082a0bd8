//! Settings: defaults, then the file, then the environment, then flags.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};
use stoa_engine::{BackendKind, BatchLimits, MIN_STEP_TOKENS};

/// Prefix of environment variables, e.g. `STOA_RUNNER_MODEL_DIR`.
pub const ENVIRONMENT_PREFIX: &str = "STOA_RUNNER_";
/// Largest accepted queue, in requests.
const MAX_QUEUE: usize = 10_000;
/// Largest accepted number of open job streams, and of open requests.
const MAX_STREAMS: usize = 100_000;
/// Largest accepted number of answers side by side.
const MAX_BATCH: usize = 256;
/// Largest accepted number of encoders.
const MAX_ENCODERS: usize = 16;
/// Largest accepted memory for keys and values: 16 TiB.
const MAX_CACHE_MEBIBYTES: usize = 1 << 24;
/// Largest accepted number of tokens of a step; a back end may take fewer.
const MAX_STEP_TOKENS: usize = 4_096;
/// Largest accepted number of kept texts.
const MAX_KEPT_TEXTS: usize = 256;
/// Largest accepted number of loaded models.
const MAX_LOADED_MODELS: usize = 64;
/// Longest accepted time of a request in seconds: a day.
const MAX_TIMEOUT_SECONDS: usize = 86_400;

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
    /// Folders of encoders, which give embeddings beside the model.
    pub encoder_dirs: Vec<PathBuf>,
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
    /// Calls of one caller that may wait for the engine.
    pub queue_per_caller: usize,
    /// Answers that are computed side by side where the back end can.
    pub batch_answers: usize,
    /// Memory for keys and values of one model in MiB, where the back end divides it among answers.
    pub cache_mebibytes: usize,
    /// Tokens of one step: one of each answer, and pieces of prompts.
    pub step_tokens: usize,
    /// Texts of finished answers whose keys and values are kept for questions that begin alike.
    pub kept_texts: usize,
    /// Requests of the gateway that may be open.
    pub max_requests: usize,
    /// Longest time of an unpaid request in seconds, waiting included.
    pub request_timeout_seconds: usize,
    /// Whether KServe and the gateway answer without payment.
    pub serve_unpaid: bool,
    /// Address of the OpenAI-compatible gateway; without it there is none.
    pub http_listen: Option<SocketAddr>,
    /// Address of metrics and health; without it there are none.
    pub admin_listen: Option<SocketAddr>,
    /// Certificate chain in PEM; with it gRPC and the gateway are encrypted.
    pub tls_certificate_file: Option<PathBuf>,
    /// Private key of the certificate in PEM.
    pub tls_key_file: Option<PathBuf>,
    /// File with a caller's name and key a line; with it unpaid calls must carry a key.
    pub keys_file: Option<PathBuf>,
    /// Public name of this runner; with it wallets log in with a signature.
    pub wallet_audience: Option<String>,
    /// File with a wallet's address a line; without it every wallet may log in.
    pub wallets_file: Option<PathBuf>,
    /// File with the token that loads and unloads models; without it nobody can.
    pub operator_token_file: Option<PathBuf>,
    /// Folder whose subfolders are models that can be loaded.
    pub model_repository: Option<PathBuf>,
    /// Models that may be loaded at a time.
    pub max_loaded_models: usize,
    /// Chat template in place of the models' own.
    pub chat_template_file: Option<PathBuf>,
    /// Seconds that a running job gets to end after a stop signal.
    pub shutdown_grace_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model_dir: "model".into(),
            encoder_dirs: Vec::new(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9100)),
            backend: Backend::Gpu,
            key_file: "runner.key".into(),
            data_dir: "runner-data".into(),
            relayer_token_file: None,
            queue_jobs: 64,
            queue_infer: 16,
            max_streams: 256,
            queue_per_caller: 8,
            batch_answers: 8,
            cache_mebibytes: 2_048,
            step_tokens: 64,
            kept_texts: 16,
            max_requests: 256,
            request_timeout_seconds: 600,
            serve_unpaid: true,
            http_listen: None,
            admin_listen: None,
            tls_certificate_file: None,
            tls_key_file: None,
            keys_file: None,
            wallet_audience: None,
            wallets_file: None,
            operator_token_file: None,
            model_repository: None,
            max_loaded_models: 2,
            chat_template_file: None,
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
    /// Address of the OpenAI-compatible gateway, e.g. 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_listen: Option<SocketAddr>,
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
    /// A certificate without its key, or a key without its certificate.
    #[error("tls_certificate_file and tls_key_file must be set together")]
    HalfOfTls,
    /// Two models would have one name.
    #[error("another model is named like the folder {}", dir.display())]
    SameName {
        /// The second folder.
        dir: PathBuf,
    },
    /// A number is out of range.
    #[error("{field} is {actual}, it must be between {least} and {limit}")]
    OutOfRange {
        /// Name of the setting.
        field: &'static str,
        /// Value found.
        actual: usize,
        /// Smallest accepted value.
        least: usize,
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

    /// Bounds of a model's batch.
    pub fn batch_limits(&self) -> BatchLimits {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        BatchLimits {
            answers: number(self.batch_answers),
            cache_bytes: (self.cache_mebibytes as u64) << 20,
            step_tokens: number(self.step_tokens),
            kept_texts: number(self.kept_texts),
        }
    }

    fn check(self) -> Result<Self, ConfigError> {
        within("queue_jobs", self.queue_jobs, MAX_QUEUE)?;
        within("queue_infer", self.queue_infer, MAX_QUEUE)?;
        within("max_streams", self.max_streams, MAX_STREAMS)?;
        within("queue_per_caller", self.queue_per_caller, MAX_QUEUE)?;
        within("batch_answers", self.batch_answers, MAX_BATCH)?;
        within("cache_mebibytes", self.cache_mebibytes, MAX_CACHE_MEBIBYTES)?;
        between("step_tokens", self.step_tokens, (MIN_STEP_TOKENS as usize, MAX_STEP_TOKENS))?;
        between("kept_texts", self.kept_texts, (0, MAX_KEPT_TEXTS))?;
        within("max_requests", self.max_requests, MAX_STREAMS)?;
        within("max_loaded_models", self.max_loaded_models, MAX_LOADED_MODELS)?;
        between("encoder_dirs", self.encoder_dirs.len(), (0, MAX_ENCODERS))?;
        // A model's name is its folder's.
        let mut names = BTreeSet::from([self.model_dir.file_name()]);
        if let Some(dir) = self.encoder_dirs.iter().find(|dir| !names.insert(dir.file_name())) {
            return Err(ConfigError::SameName { dir: dir.clone() });
        }
        let timeout = self.request_timeout_seconds;
        within("request_timeout_seconds", timeout, MAX_TIMEOUT_SECONDS)?;
        if self.tls_certificate_file.is_some() != self.tls_key_file.is_some() {
            return Err(ConfigError::HalfOfTls);
        }
        Ok(self)
    }
}

fn within(field: &'static str, actual: usize, limit: usize) -> Result<(), ConfigError> {
    between(field, actual, (1, limit))
}

fn between(
    field: &'static str,
    actual: usize,
    (least, limit): (usize, usize),
) -> Result<(), ConfigError> {
    if (least..=limit).contains(&actual) {
        return Ok(());
    }
    Err(ConfigError::OutOfRange { field, actual, least, limit })
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
    fn the_example_file_explains_every_setting_and_its_optional_lines_are_valid() {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml");
        let text = std::fs::read_to_string(example).unwrap();
        // An optional setting is a comment of the shape `# name = value`.
        let is_setting = |line: &str| {
            line.split_once(" = ")
                .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        };
        let lines = text
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line));
        let whole = lines.collect::<Vec<_>>().join("\n");
        let parsed: Config = Figment::from(Toml::string(&whole)).extract().unwrap();
        parsed.check().unwrap();
        let stated: toml::Table = whole.parse().unwrap();
        let shown = format!("{:?}", Config::default());
        let fields = shown.split(['{', ','].as_slice()).filter_map(|part| part.split_once(": "));
        for (name, _) in fields {
            assert!(stated.contains_key(name.trim()), "{name} is not in the example");
        }
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
        let dirs = vec!["a/one".into(), "b/one".into()];
        let twice = Config { encoder_dirs: dirs, ..Config::default() }.check();
        assert!(matches!(twice, Err(ConfigError::SameName { dir }) if dir.ends_with("b/one")));
        let missing = Config::load(Some(Path::new("no-such-file.toml")), &Overrides::default());
        assert!(matches!(missing, Err(ConfigError::NoFile { .. })));
    }
}

//! The subcommands of `gpu-runner`.

mod adapters;
mod doctor;
mod serve;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    ConfigError, KeyError, KeyRingError, Overrides, RelayerTokenError, ServeError, StoreError,
    TlsError,
};

/// Sells inference on this machine: paid jobs with signed receipts, and KServe v2.
#[derive(Debug, Parser)]
#[command(name = "gpu-runner", version)]
pub struct Cli {
    /// Shape of the logs on standard error; RUST_LOG chooses what is logged.
    #[arg(long, global = true, value_enum, default_value = "text", env = "STOA_LOG_FORMAT")]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

/// Shape of the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Loads the model and serves until SIGTERM or ctrl-c.
    Serve(ServeArguments),
    /// Examines machine, model and settings; fails when exact service is not possible.
    Doctor {
        #[command(flatten)]
        arguments: ServeArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists the graphics adapters of this machine.
    Adapters {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Flags of `serve`; they override the file and the environment.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Settings in TOML, see config.example.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    overrides: Overrides,
}

/// Why a subcommand failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The settings are refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no relayer token.
    #[error(transparent)]
    RelayerToken(#[from] RelayerTokenError),
    /// There are no callers' keys.
    #[error(transparent)]
    KeyRing(#[from] KeyRingError),
    /// There is no encryption.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The results store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The model or the adapter is refused.
    #[error(transparent)]
    Engine(#[from] stoa_engine::EngineError),
    /// The address is taken or not allowed.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The service ended early.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The async runtime or standard output failed.
    #[error("the operating system refused")]
    System(#[from] std::io::Error),
    /// A report cannot be written as JSON.
    #[error("the report cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl Cli {
    /// Shape of the logs that is asked for.
    pub fn log_format(&self) -> LogFormat {
        self.log_format
    }

    /// Executes the subcommand; the code is the process's.
    pub fn execute(self) -> Result<ExitCode, CommandError> {
        match self.command {
            Command::Serve(arguments) => serve::execute(&arguments)?,
            Command::Doctor { arguments, json } => return doctor::execute(&arguments, json),
            Command::Adapters { json } => adapters::execute(json)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

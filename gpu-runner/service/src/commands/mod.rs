//! The subcommands of `gpu-runner`.

mod adapters;
mod inspect;
mod serve;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{ConfigError, KeyError, Overrides, RelayerTokenError, ServeError, StoreError};

/// Sells inference on this machine: paid jobs with signed receipts, and KServe v2.
#[derive(Debug, Parser)]
#[command(name = "gpu-runner", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Loads the model and serves until SIGTERM or ctrl-c.
    Serve(ServeArguments),
    /// Prints what registers a model: its root, the semantics version and its size.
    Inspect {
        /// Folder of the model.
        model_dir: PathBuf,
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
    /// Executes the subcommand.
    pub fn execute(self) -> Result<(), CommandError> {
        match self.command {
            Command::Serve(arguments) => serve::execute(&arguments),
            Command::Inspect { model_dir, json } => inspect::execute(&model_dir, json),
            Command::Adapters { json } => adapters::execute(json),
        }
    }
}

//! `stoa-localnet`: a network on loopback, and the demo on it. Called by `scripts/localnet` and `scripts/demo`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};
use stoa_system::{binaries, daemon, demo, services::Backend};

/// A local Stoa network.
#[derive(Parser)]
struct Cli {
    /// Folder of the network [default: .stoa in the repository]
    #[arg(long, global = true)]
    home: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the chain on the standard ports, in the background
    Start {
        /// Begin a new chain
        #[arg(long)]
        reset: bool,
        /// Validators of a new chain [default: 1]
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=i64::from(daemon::MAX_VALIDATORS)))]
        validators: Option<u16>,
    },
    /// Adds a node to the running chain, which begins with a snapshot
    Join,
    /// Stops the chain
    Stop,
    /// One paid inference, end to end
    Demo {
        /// End after the ledger
        #[arg(long)]
        once: bool,
        /// Where the model runs
        #[arg(long, value_enum, default_value = "gpu")]
        backend: BackendFlag,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum BackendFlag {
    /// WGSL kernels on the adapter that the machine has
    Gpu,
    /// The CPU twin
    Cpu,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let home = cli.home.unwrap_or_else(|| binaries::repository().join(".stoa"));
    match cli.command {
        Command::Start { reset, validators } => {
            let options = daemon::Options { reset, validators };
            daemon::start(&home.join("localnet"), options).await
        }
        Command::Join => daemon::join(&home.join("localnet")).await,
        Command::Stop => daemon::stop(&home.join("localnet")),
        Command::Demo { once, backend } => {
            let backend = match backend {
                BackendFlag::Gpu => Backend::Gpu,
                BackendFlag::Cpu => Backend::Cpu,
            };
            demo::run(&home.join("demo"), demo::Options { once, backend }).await
        }
    }
}

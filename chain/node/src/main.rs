//! The node binary: flags, configuration, servers.

use clap::Parser;
use mimalloc::MiMalloc;
use stoad::command::{export, genesis, init, registry, start};

/// A block makes millions of small values on several threads and drops them on others.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Stoa's node: the application that CometBFT drives.
#[derive(Parser)]
#[command(name = "stoad", version)]
enum Command {
    /// Write configuration and genesis of a new chain.
    Init(init::Init),
    /// Change the genesis file.
    #[command(subcommand)]
    Genesis(genesis::Genesis),
    /// Write what wallets and explorers need to know: chain-registry documents, Keplr's chain info.
    ChainRegistry(registry::Registry),
    /// Write the state of a stopped node as a genesis file.
    Export(export::Export),
    /// Serve CometBFT, gRPC and REST.
    Start(start::Start),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Init(flags) => init::run(&flags),
        Command::Genesis(command) => genesis::run(command),
        Command::ChainRegistry(flags) => registry::run(&flags),
        Command::Export(flags) => export::run(&flags),
        Command::Start(flags) => start::run(&flags),
    }
}

//! Developer commands. What CI runs is what a person runs: `cargo xtask <command>`.

mod bench;
mod build_contracts;
mod iavl_vectors;
mod oracle;
mod proto;
mod schema;
mod sessions;
mod test;
mod vectors;
mod workspace;

use clap::{Parser, Subcommand};

/// Developer commands of the Stoa workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the contracts to Wasm: target/contracts/*.wasm and checksums.json.
    BuildContracts,
    /// Writes the contracts' JSON Schema to schema/<contract>/.
    Schema(schema::Arguments),
    /// Generates proto/src/gen from the .proto files.
    Proto {
        /// Compare with the committed files and fail on a difference, instead of writing.
        #[arg(long)]
        check: bool,
    },
    /// Compares stoad with wasmd, transaction by transaction; needs Go.
    Oracle(oracle::Arguments),
    /// Compares what wallets and explorers see of stoad and of wasmd; needs Go.
    Sessions(sessions::Arguments),
    /// Measures; prints tables and writes target/bench.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Compares the state commitment with the Go implementation and writes chain/store/tests/vectors; needs Go.
    IavlVectors {
        /// Compare with the committed vectors and fail on a difference, instead of writing.
        #[arg(long)]
        check: bool,
    },
    /// Writes the known answers of the exact-inference semantics to tests/vectors/exact-v1.
    Vectors {
        /// Compare the committed files with what is made here and as Wasm, instead of writing; needs Node.
        #[arg(long)]
        check: bool,
    },
    /// Runs every check: style, contracts, unit and property tests, system tests, the demo.
    Test,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::BuildContracts => build_contracts::run(),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Proto { check } => proto::run(&workspace::root()?, check),
        Command::Oracle(arguments) => oracle::run(&workspace::root()?, &arguments),
        Command::Sessions(arguments) => sessions::run(&workspace::root()?, &arguments),
        Command::Bench(bench) => bench::run(&workspace::root()?, &bench),
        Command::IavlVectors { check } => iavl_vectors::run(check),
        Command::Vectors { check } => vectors::run(&workspace::root()?, check),
        Command::Test => test::run(&workspace::root()?),
    }
}

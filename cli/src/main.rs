//! Flags of `stoa`; everything else is in the library.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    stoa_cli::run(stoa_cli::Cli::parse()).await
}

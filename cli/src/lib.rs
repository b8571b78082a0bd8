//! The `stoa` command line: what buyers, providers, owners, members and deployers do, one command each.
//!
//! Purpose: a person's or a script's hand on a Stoa chain.
//! Place: above `stoa-client`; talks gRPC to runners only to stream an answer and to read their key.
//! Invariants: standard output holds the result and nothing else (one JSON document with `--json`);
//! progress and errors go to standard error; a failure says in one line what failed, why and what to
//! try, and exits with a status other than zero.

mod amount;
mod args;
mod commands;
mod context;
mod error;
mod output;
mod progress;
mod runner;
mod share;
mod verify;

use std::process::ExitCode;

pub use args::Cli;
pub use error::CliError;

/// Carries out the command and prints its result or its error.
pub async fn run(cli: Cli) -> ExitCode {
    let is_json = cli.global.json;
    match commands::dispatch(cli).await {
        Ok(output) => {
            print!("{}", output.render(is_json));
            match output.failure {
                None => ExitCode::SUCCESS,
                Some(failure) => report(&failure, is_json),
            }
        }
        Err(error) => report(&error, is_json),
    }
}

fn report(error: &CliError, is_json: bool) -> ExitCode {
    eprintln!("{}", error.render(is_json));
    ExitCode::FAILURE
}

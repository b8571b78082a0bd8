//! `gpu-runner`: parses flags and sets up logs; the library does the rest.

use std::{
    io::{IsTerminal, stderr},
    process::ExitCode,
};

use clap::Parser;
use stoa_runner::commands::{Cli, LogFormat};
use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise; the store's own notes are for its developers.
const DEFAULT_LOGS: &str = "info,fjall=warn,lsm_tree=warn";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOGS));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    match cli.log_format() {
        LogFormat::Text => logs.with_ansi(stderr().is_terminal()).init(),
        // One object a line, with the fields of the spans around it.
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
    match cli.execute() {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes, one a line.
fn report(error: &dyn std::error::Error) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
}

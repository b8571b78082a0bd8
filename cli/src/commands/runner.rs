//! `stoa runner`: the provider's program, reached through the one command line that providers know.
//!
//! `gpu-runner` is a program of its own, so that buyers' machines need no graphics stack. It is looked for beside
//! this program, then on the search path, and takes this process's place: signals and the exit status are its own.

use std::{env, ffi::OsString, os::unix::process::CommandExt, path::PathBuf, process::Command};

use clap::{Args, Subcommand};

use crate::{context::Context, error::CliError, output::Output};

/// Name of the program.
const PROGRAM: &str = "gpu-runner";

/// What a provider asks of the machine.
#[derive(Subcommand, Debug)]
pub(crate) enum RunnerCommand {
    /// Examine adapters, memory, model and settings; fails when exact service is not possible
    Doctor(Passed),
    /// Serve a model: paid jobs, KServe v2 and the OpenAI-compatible gateway
    Serve(Passed),
}

/// Flags of `gpu-runner`, passed on as they are (`stoa runner doctor -- --help` lists them).
#[derive(Args, Debug)]
pub(crate) struct Passed {
    /// Flags of gpu-runner, e.g. --config runner.toml --model-dir models/stoa-rustdoc-2M
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FLAGS")]
    flags: Vec<OsString>,
}

/// Becomes `gpu-runner`; returns only when that fails.
pub(crate) fn run(context: &Context, command: RunnerCommand) -> Result<Output, CliError> {
    let program = program();
    let mut runner = Command::new(&program);
    match command {
        RunnerCommand::Doctor(passed) => {
            runner.arg("doctor").args(passed.flags);
            if context.is_json() {
                runner.arg("--json");
            }
        }
        RunnerCommand::Serve(passed) => {
            runner.arg("serve").args(passed.flags);
        }
    }
    let source = runner.exec();
    Err(CliError::NoRunnerProgram { program, source })
}

/// The program beside this one, or its name for the search path.
fn program() -> PathBuf {
    let beside = env::current_exe().ok().and_then(|path| Some(path.parent()?.join(PROGRAM)));
    beside.filter(|path| path.is_file()).unwrap_or_else(|| PROGRAM.into())
}

//! `cargo xtask bench chain`: builds what is missing (wasmd, contracts, stoad as it ships) and measures.

mod engine;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use clap::Subcommand;

use crate::{oracle, workspace};

/// The project's contracts that a load calls.
const CONTRACTS: [&str; 2] = ["provenance.wasm", "marketplace.wasm"];
/// The published one.
const CW20: &str = "cw20_base.wasm";

/// What to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// wasmd and stoad side by side, on the same blocks; needs Go.
    #[command(disable_help_flag = true)]
    Chain(Arguments),
    /// The engine against the roofs of this machine and against llama.cpp.
    Engine(engine::Arguments),
}

/// Passed on to `stoa-bench`; `cargo xtask bench chain --help` says what there is.
#[derive(clap::Args)]
pub struct Arguments {
    /// `--workloads`, `--txs`, `--accounts`, `--repeats`, `--seed`, `--comet`, `--full`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    passed_on: Vec<String>,
}

/// Measures.
pub fn run(root: &Path, bench: &Bench) -> Result<()> {
    match bench {
        Bench::Chain(arguments) => chain(root, arguments),
        Bench::Engine(arguments) => engine::run(root, arguments),
    }
}

fn chain(root: &Path, arguments: &Arguments) -> Result<()> {
    let target = workspace::target_dir()?;
    let output = target.join("bench");
    let wasmd = oracle::wasmd(root)?;
    let contracts = collect_contracts(&oracle::contracts(root)?, &target, &output)?;
    let build = |arguments: &[&str]| {
        workspace::run(Command::new(workspace::cargo()).current_dir(root).args(arguments))
    };
    build(&["build", "--quiet", "--release", "--package", "stoad", "--bin", "stoad"])?;
    // The whole workspace: a part of it has other features, and everything would be compiled again. What
    // measures need not be fast.
    build(&["build", "--quiet", "--workspace", "--bins"])?;
    workspace::run(
        Command::new(target.join("debug/stoa-bench"))
            .current_dir(root)
            .arg("--wasmd")
            .arg(&wasmd)
            .arg("--stoad")
            .arg(target.join("release/stoad"))
            .arg("--contracts")
            .arg(&contracts)
            .arg("--output")
            .arg(&output)
            .args(&arguments.passed_on),
    )
}

/// All contracts in one folder.
fn collect_contracts(published: &Path, target: &Path, output: &Path) -> Result<PathBuf> {
    let folder = output.join("contracts");
    fs::create_dir_all(&folder)?;
    fs::copy(published.join(CW20), folder.join(CW20)).context(CW20)?;
    for name in CONTRACTS {
        let built = target.join("contracts").join(name);
        ensure!(built.is_file(), "{} is missing; run cargo xtask build-contracts", built.display());
        fs::copy(built, folder.join(name))?;
    }
    Ok(folder)
}

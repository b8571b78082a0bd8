//! `cargo xtask oracle`: builds what is missing (wasmd, contracts, stoad) and compares.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{build_contracts, workspace};

/// wasmd with this chain's address prefix, so that both chains understand the same transactions.
const WASMD: &str = "github.com/CosmWasm/wasmd/cmd/wasmd";
const WASMD_FLAGS: &str = "-X github.com/CosmWasm/wasmd/app.Bech32Prefix=stoa";
/// Published contracts: `tests/oracle/contracts` and its dependencies.
const CONTRACTS: &[&str] =
    &["cw1-subkeys", "cw1-whitelist-alone", "cw20-base", "cw3-flex-multisig", "cw4-group"];
/// The project's own contract for tests.
const PROBE: &str = "chain/modules/testdata/probe.wasm.gz";

/// Passed on to `stoa-oracle`; `cargo xtask oracle --help` says what there is.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// `--scenario NAME`, `--seed N`, `--cases N`, `--replay FILE`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    passed_on: Vec<String>,
}

/// Runs the comparison; fails on a difference that is not allowed.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let target = workspace::target_dir()?;
    let (output, wasmd, contracts) = (target.join("oracle"), wasmd(root)?, contracts(root)?);
    fs::copy(root.join(PROBE), contracts.join("probe.gz")).context(PROBE)?;
    // The whole workspace: a part of it has other features, and everything would be compiled again.
    let build = ["build", "--quiet", "--workspace", "--bins"];
    workspace::run(Command::new(workspace::cargo()).current_dir(root).args(build))?;
    let binaries = target.join("debug");
    workspace::run(
        Command::new(binaries.join("stoa-oracle"))
            .current_dir(root)
            .arg("--wasmd")
            .arg(&wasmd)
            .arg("--stoad")
            .arg(binaries.join("stoad"))
            .arg("--contracts")
            .arg(&contracts)
            .arg("--output")
            .arg(&output)
            .args(&arguments.passed_on),
    )
}

/// wasmd, built once.
pub fn wasmd(root: &Path) -> Result<PathBuf> {
    let wasmd = workspace::target_dir()?.join("oracle/wasmd");
    if !wasmd.is_file() {
        build_wasmd(root, &wasmd)?;
    }
    Ok(wasmd)
}

/// The folder of published contracts, built once.
pub fn contracts(root: &Path) -> Result<PathBuf> {
    let contracts = workspace::target_dir()?.join("oracle/contracts");
    fs::create_dir_all(&contracts)?;
    build_contracts::foreign(&root.join("tests/oracle/contracts"), CONTRACTS, &contracts)?;
    Ok(contracts)
}

fn build_wasmd(root: &Path, output: &Path) -> Result<()> {
    println!("building wasmd (minutes, once)");
    workspace::run(
        Command::new("go")
            .current_dir(root.join("tests/oracle/wasmd"))
            .args(["build", "-tags", "netgo", "-ldflags", WASMD_FLAGS, "-o"])
            .arg(output)
            .arg(WASMD),
    )
    .context("Go 1.25 or newer is needed: https://go.dev/dl")
}

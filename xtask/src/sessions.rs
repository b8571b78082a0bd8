//! `cargo xtask sessions`: sends the requests of wallets and explorers to wasmd and to stoad and compares.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{oracle, workspace};

/// Passed on to `stoa-sessions`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only sessions whose name contains this.
    #[arg(long)]
    session: Option<String>,
}

/// Runs the comparison; fails on a difference that is not allowed.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let target = workspace::target_dir()?;
    let wasmd = oracle::wasmd(root)?;
    // The whole workspace: a part of it has other features, and everything would be compiled again.
    let build = ["build", "--quiet", "--workspace", "--bins"];
    workspace::run(Command::new(workspace::cargo()).current_dir(root).args(build))?;
    let mut command = Command::new(target.join("debug/stoa-sessions"));
    command.current_dir(root).arg("--wasmd").arg(wasmd);
    command.arg("--output").arg(target.join("oracle"));
    if let Some(session) = &arguments.session {
        command.args(["--session", session]);
    }
    workspace::run(&mut command)
}

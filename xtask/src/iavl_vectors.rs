//! `cargo xtask iavl-vectors`: the store's commitment against the Go implementation of the Cosmos SDK.

use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace;

/// The Go program, with its own pinned modules.
const SOURCES: &str = "chain/store/tests/go";
/// What the tests look for.
const PROGRAM_VARIABLE: &str = "STOA_IAVL_ORACLE";
const WRITE_VARIABLE: &str = "STOA_IAVL_WRITE";
/// The test that writes the vectors.
const VECTORS_TEST: &str = "the_go_implementation_agrees_on_the_vectors";

/// Builds the Go program and compares histories with it, long ones too; unless `check` is set, the vectors
/// in `chain/store/tests/vectors` are written anew.
pub fn run(check: bool) -> Result<()> {
    let program = workspace::target_dir()?.join("iavl-oracle");
    workspace::run(
        Command::new("go")
            .current_dir(workspace::root()?.join(SOURCES))
            .args(["build", "-mod=readonly", "-o"])
            .arg(&program),
    )
    .context("building the Go program (needs Go 1.25 or later)")?;
    let test = |arguments: &[&str], writes: bool| {
        let mut command = Command::new(workspace::cargo());
        command
            .current_dir(workspace::root()?)
            .args(["test", "--package", "stoa-store", "--test", "go_iavl", "--"])
            .args(arguments)
            .env(PROGRAM_VARIABLE, &program);
        if writes {
            command.env(WRITE_VARIABLE, "1");
        }
        workspace::run(&mut command)
    };
    if !check {
        test(&["--exact", VECTORS_TEST, "--ignored"], true)?;
    }
    test(&["--include-ignored", "--nocapture", "--test-threads", "1"], false)
}

//! Where the programs are.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

/// The CometBFT version the chain is tested with, and the command that installs it.
pub const COMETBFT_INSTALL: &str = "go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.21";

/// The S3 server that tests run against, and the command that installs it.
pub const S3_GATEWAY_INSTALL: &str = "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0";

/// The repository's root.
pub fn repository() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}

/// A binary of this workspace, built into the same folder as the running program.
pub fn workspace(name: &str) -> Result<PathBuf> {
    let running = env::current_exe()?;
    let candidates = running.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    for candidate in candidates {
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    bail!("`{name}` is not built; run `cargo build --workspace` first")
}

/// A compiled contract.
pub fn contract(name: &str) -> Result<PathBuf> {
    let path = repository().join("target/contracts").join(format!("{name}.wasm"));
    if !path.is_file() {
        bail!("{} is missing; run `cargo xtask build-contracts` first", path.display());
    }
    Ok(path)
}

/// CometBFT, from `PATH` or Go's binary folder.
pub fn cometbft() -> Result<PathBuf> {
    installed("cometbft", COMETBFT_INSTALL)
}

/// Versity S3 Gateway, which serves a folder by the S3 protocol; only tests need it.
pub fn s3_gateway() -> Result<PathBuf> {
    installed("versitygw", S3_GATEWAY_INSTALL)
}

fn installed(name: &str, install: &str) -> Result<PathBuf> {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let go_folder = env::var_os("GOBIN")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join("go/bin")));
    for folder in env::split_paths(&on_path).chain(go_folder) {
        let candidate = folder.join(name);
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    bail!("{name} is not installed; run `{install}`")
}

/// The model that the project ships: the one folder `models/stoa-*` with a `config.json`.
pub fn shipped_model() -> Result<PathBuf> {
    let models = repository().join("models");
    for entry in std::fs::read_dir(&models)? {
        let path = entry?.path();
        if path.join("config.json").is_file() {
            return Ok(path);
        }
    }
    bail!("no model folder under {}", models.display())
}

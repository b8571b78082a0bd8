//! The provider's two processes: runner and relayer.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    accounts, binaries,
    home::Home,
    ports::Ports,
    process::{Process, run},
};

/// How long a runner may take to load a model and pass its self-test.
const RUNNER_START_TIMEOUT: Duration = Duration::from_secs(300);

/// Which back end executes models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// WGSL kernels on the adapter that the machine has.
    Gpu,
    /// The CPU twin.
    Cpu,
}

/// What `stoa model inspect --json` says about a model.
#[derive(Clone, Debug, Deserialize)]
pub struct ModelInfo {
    /// Name that the service and the registry use.
    pub name: String,
    /// Name of the model on the chain.
    pub model_root: String,
    /// Version of the exact-inference semantics.
    pub semantics_version: u32,
}

#[derive(Deserialize)]
struct Inspection {
    model: ModelInfo,
}

/// Asks the engine's loader for a model's root.
pub fn inspect(model: &Path) -> Result<ModelInfo> {
    let json = run(Command::new(binaries::workspace("stoa")?)
        .args(["model", "inspect", "--json"])
        .arg(model))?;
    let inspection: Inspection = serde_json::from_str(&json)
        .with_context(|| format!("`stoa model inspect` printed {json}"))?;
    Ok(inspection.model)
}

/// Starts a runner and waits until it serves.
pub fn start_runner(home: &Home, ports: &Ports, model: &Path, backend: Backend) -> Result<Process> {
    let folder = home.runner();
    fs::create_dir_all(&folder)?;
    let mut command = Command::new(binaries::workspace("gpu-runner")?);
    command.arg("serve").arg("--model-dir").arg(model);
    command.arg("--listen").arg(format!("127.0.0.1:{}", ports.runner));
    command.arg("--backend").arg(match backend {
        Backend::Gpu => "gpu",
        Backend::Cpu => "cpu",
    });
    command
        .arg("--key-file")
        .arg(provider_key(&folder)?)
        .arg("--data-dir")
        .arg(folder.join("data"));
    let mut runner = Process::start("gpu-runner", &mut command, &home.logs())?;
    let port = ports.runner;
    runner.wait_until("serving", RUNNER_START_TIMEOUT, || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    })?;
    Ok(runner)
}

/// Starts the provider's relayer.
pub fn start_relayer(home: &Home, ports: &Ports) -> Result<Process> {
    Process::start("stoa-relayer", &mut relayer(home, ports)?, &home.logs())
}

/// The provider's relayer, configured and not started yet.
pub fn relayer(home: &Home, ports: &Ports) -> Result<Command> {
    let folder = home.relayer();
    fs::create_dir_all(&folder)?;
    let config = folder.join("config.toml");
    let text = toml::to_string(&toml::toml! { retry_seconds = 1 poll_interval_seconds = 1 })?;
    fs::write(&config, text)?;
    let mut command = Command::new(binaries::workspace("stoa-relayer")?);
    command.arg("--config").arg(&config);
    command.env("STOA_RELAYER_NETWORK", home.network());
    command.env("STOA_RELAYER_MNEMONIC_FILE", provider_key(&folder)?);
    command.env("STOA_RELAYER_RUNNER", Ports::http(ports.runner));
    command.env("STOA_RELAYER_DATA_FOLDER", folder.join("data"));
    Ok(command)
}

/// Writes the provider's (public) development mnemonic where only the owner can read it.
fn provider_key(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("provider.mnemonic");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all(accounts::named("provider")?.mnemonic.as_bytes())?;
    Ok(path)
}

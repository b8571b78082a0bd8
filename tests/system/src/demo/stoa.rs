//! Runs the `stoa` command line, showing what is typed.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use stoa_client::KeyStore;
use stoa_proto::runner::v1::{GetDeviceRequest, runner_service_client::RunnerServiceClient};

use crate::{accounts, binaries, home::Home, ports::Ports};

/// Longest command shown whole; a longer one is cut.
const SHOWN_COMMAND_CHARS: usize = 160;

/// Puts the development keys into the CLI's keyring.
pub fn import_keys(home: &Home) -> Result<()> {
    let keys = KeyStore::new(&home.cli());
    for account in accounts::all()? {
        keys.add(&account.name, &account.mnemonic)?;
    }
    Ok(())
}

/// Types a command as `from`: shows it, and passes its output on.
pub fn show(home: &Home, from: &str, arguments: &[&str]) -> Result<()> {
    println!("$ {}", shown(from, arguments));
    let status = command(home, from, arguments)?
        .stdin(Stdio::null())
        .status()
        .context("starting the command line")?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(from, arguments));
    }
    Ok(())
}

/// What the runner says about the device that executes the model.
pub async fn adapter(runner_port: u16) -> Result<String> {
    let mut runner = RunnerServiceClient::connect(Ports::http(runner_port)).await?;
    let device = runner.get_device(GetDeviceRequest {}).await?.into_inner();
    let kind = if device.is_software { ", a software adapter" } else { "" };
    Ok(format!("{} ({}{kind})", device.name, device.api))
}

/// What a person must set to type commands against this network.
pub fn environment(home: &Home) -> Result<String> {
    Ok(format!(
        "export STOA={} STOA_HOME={} STOA_NETWORK={}",
        binaries::workspace("stoa")?.display(),
        home.cli().display(),
        home.network().display()
    ))
}

/// The command line as `from` uses it on this network.
pub fn command(home: &Home, from: &str, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(binaries::workspace("stoa")?);
    command.env("STOA_HOME", home.cli()).env("STOA_NETWORK", home.network());
    command.args(["--from", from]).args(arguments);
    Ok(command)
}

fn shown(from: &str, arguments: &[&str]) -> String {
    let quoted = arguments.iter().map(|argument| {
        let needs_quotes = argument.is_empty() || argument.contains(' ');
        if needs_quotes { format!("\"{argument}\"") } else { (*argument).to_owned() }
    });
    let line = format!("stoa --from {from} {}", quoted.collect::<Vec<_>>().join(" "));
    if line.chars().count() <= SHOWN_COMMAND_CHARS {
        return line;
    }
    let cut: String = line.chars().take(SHOWN_COMMAND_CHARS).collect();
    format!("{cut} …")
}

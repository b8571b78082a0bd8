//! The chain in the background: `scripts/localnet start` and `stop`.

use std::{fs, path::Path, thread, time::Duration};

use anyhow::{Context, Result, bail};

use crate::{
    accounts,
    comet::BlockTime,
    home::Home,
    localnet::{CHAIN_ID, Localnet},
    ports::{self, Ports},
    process::{exists, terminate},
};

/// How long a process may take to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// Pause between two looks.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Starts the chain and leaves it running; goes on with the state of the last run unless `reset`.
pub async fn start(path: &Path, reset: bool) -> Result<()> {
    let has_state = path.join("network.json").is_file();
    let localnet = if has_state && !reset {
        Localnet::resume(Home::open(path)?, ports::STANDARD).await?
    } else {
        ports::STANDARD.check_free()?;
        Localnet::create(path, ports::STANDARD, BlockTime::WATCHED).await?
    };
    let Localnet { home, ports, stoad, cometbft } = localnet;
    // Consensus first, so that `stop` ends it before its application.
    for process in [cometbft, stoad] {
        fs::write(home.pids().join(process.name()), process.id().to_string())?;
        process.leave_running();
    }
    println!("{CHAIN_ID} is running:");
    println!("  CometBFT RPC  {}", Ports::http(ports.rpc));
    println!("  LCD REST      {}", Ports::http(ports.lcd));
    println!("  Cosmos gRPC   127.0.0.1:{}", ports.grpc);
    println!("  logs          {}", home.logs().display());
    println!(
        "Funded accounts (PUBLIC mnemonics in scripts/localnet-accounts.json, never send real value):"
    );
    for account in accounts::all()? {
        println!("  {:<14}{}  {}", account.name, account.address, account.balance);
    }
    Ok(())
}

/// Stops what `start` left running.
pub fn stop(path: &Path) -> Result<()> {
    let home = Home::open(path)?;
    let mut stopped = 0;
    for name in ["cometbft", "stoad"] {
        let file = home.pids().join(name);
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let id = text
            .trim()
            .parse()
            .with_context(|| format!("{} holds no process id", file.display()))?;
        if exists(id) {
            terminate(id)?;
            wait_for_end(name, id)?;
            stopped += 1;
        }
        fs::remove_file(&file)?;
    }
    println!("{}", if stopped > 0 { "stopped" } else { "no local network was running" });
    Ok(())
}

fn wait_for_end(name: &str, id: u32) -> Result<()> {
    let started = std::time::Instant::now();
    while exists(id) {
        if started.elapsed() > STOP_TIMEOUT {
            bail!("{name} (process {id}) does not end; stop it with `kill -9 {id}`");
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(())
}

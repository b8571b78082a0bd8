//! The chain in the background: `scripts/localnet start` and `stop`.

use std::{fs, path::Path, thread, time::Duration};

use anyhow::{Context, Result, bail};

use crate::{
    accounts,
    comet::BlockTime,
    home::Home,
    localnet::{CHAIN_ID, Localnet},
    node::Node,
    ports::Ports,
    process::{exists, terminate},
};

/// How long a process may take to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// Pause between two looks.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// How the chain is started.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Begin a new chain.
    pub reset: bool,
    /// Validators of a new chain; one unless it is said.
    pub validators: Option<u16>,
}

/// Most validators of a network on one machine.
pub const MAX_VALIDATORS: u16 = 10;

/// Starts the chain and leaves it running; goes on with the state of the last run unless told to reset.
pub async fn start(path: &Path, options: Options) -> Result<()> {
    let localnet = if path.join("network.json").is_file() && !options.reset {
        let home = Home::open(path)?;
        let count = u16::try_from(home.validator_count())?;
        if let Some(asked) = options.validators.filter(|asked| *asked != count) {
            bail!("the network has {count} validators, not {asked}; begin anew with --reset");
        }
        Localnet::resume(home, &ports(count)).await?
    } else {
        let ports = ports(options.validators.unwrap_or(1));
        ports.iter().try_for_each(Ports::check_free)?;
        Localnet::create(path, &ports, BlockTime::WATCHED).await?
    };
    println!("{CHAIN_ID} is running:");
    let Localnet { home, nodes } = localnet;
    for node in nodes {
        leave_running(&home, node)?;
    }
    println!("  logs            {}", home.logs().display());
    println!("  for Keplr       {}", home.registry().join("keplr.json").display());
    println!(
        "Funded accounts (PUBLIC mnemonics in scripts/localnet-accounts.json, never send real value):"
    );
    for account in accounts::all()? {
        println!("  {:<14}{}  {}", account.name, account.address, account.balance);
    }
    Ok(())
}

/// Adds a node to the chain that runs, which begins with a snapshot, and leaves it running.
pub async fn join(path: &Path) -> Result<()> {
    let home = Home::open(path)?;
    let count = u16::try_from(home.validator_count())?;
    if count == 0 {
        bail!("no local network was started yet");
    }
    let node = Localnet::join(&home, &ports(count), Ports::standard(count + 1)).await?;
    println!("joining {CHAIN_ID}; the node answers once it has a snapshot:");
    leave_running(&home, node)
}

fn leave_running(home: &Home, node: Node) -> Result<()> {
    let Node { ports, stoad, cometbft, .. } = node;
    println!("  {}", stoad.name().replace("stoad", "node"));
    println!("    CometBFT RPC  {}", Ports::http(ports.rpc));
    println!("    LCD REST      {}", Ports::http(ports.lcd));
    println!("    Cosmos gRPC   127.0.0.1:{}", ports.grpc);
    for process in [cometbft, stoad] {
        fs::write(home.pids().join(process.name()), process.id().to_string())?;
        process.leave_running();
    }
    Ok(())
}

fn ports(validators: u16) -> Vec<Ports> {
    (1..=validators).map(Ports::standard).collect()
}

/// Stops what `start` left running.
pub fn stop(path: &Path) -> Result<()> {
    let home = Home::open(path)?;
    let mut stopped = 0;
    let mut files: Vec<_> =
        fs::read_dir(home.pids())?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    // By name CometBFT comes first: consensus ends before its application.
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let id = text
            .trim()
            .parse()
            .with_context(|| format!("{} holds no process id", file.display()))?;
        if exists(id) {
            terminate(id)?;
            wait_for_end(&file.file_name().unwrap_or_default().to_string_lossy(), id)?;
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

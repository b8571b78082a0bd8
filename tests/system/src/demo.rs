//! The demo: one story on real parts, told through the command line that a user has.
//!
//! Purpose: show, and check to the last `ustoa`, that a paid inference reaches everyone it owes.
//! Place: behind `scripts/demo`.
//! Invariants: what is shown is what the programs printed; the ledger is computed apart from the contracts
//! ([`terms`]) and contradicts them loudly.

mod fees;
pub mod ledger;
mod parties;
pub mod stoa;
mod story;
pub mod terms;

use std::path::Path;

use anyhow::Result;

use crate::{comet::BlockTime, ports::Ports, services::Backend, stage::Stage};

/// How the demo runs.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// End after the ledger.
    pub once: bool,
    /// Which back end the runner uses.
    pub backend: Backend,
}

/// Plays the story in `home`; unless `once`, stays up until Ctrl-C.
pub async fn run(home: &Path, options: Options) -> Result<()> {
    let (ports, block_time) = if options.once {
        (Ports::free()?, BlockTime::FAST)
    } else {
        (Ports::standard(1), BlockTime::WATCHED)
    };
    println!("Starting a chain, a GPU runner and a relayer in {} …", home.display());
    let stage = Stage::set_up(home, ports, block_time, options.backend).await?;
    story::play(&stage).await?;
    if !options.once {
        stay_up(&stage).await?;
    }
    Ok(())
}

async fn stay_up(stage: &Stage) -> Result<()> {
    let home = &stage.localnet.home;
    let ports = stage.localnet.ports()?;
    println!("\nEverything stays up. Press Ctrl-C to stop.");
    for (what, address) in [
        ("CometBFT RPC", Ports::http(ports.rpc)),
        ("LCD REST", Ports::http(ports.lcd)),
        ("Cosmos gRPC", format!("127.0.0.1:{}", ports.grpc)),
        ("runner gRPC (KServe v2)", format!("127.0.0.1:{}", ports.runner)),
        ("logs", home.logs().display().to_string()),
    ] {
        println!("  {what:<24}{address}");
    }
    println!("\nTry it yourself:\n  {}", stoa::environment(home)?);
    println!(
        "  $STOA --from alice order 1 --prompt \"A trait object is\" --max-tokens 40 --stream"
    );
    tokio::signal::ctrl_c().await?;
    println!("stopping");
    Ok(())
}

//! Flags and wiring of `stoa-relayer`.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Parser;
use stoa_client::{Client, Key, Network, TxPolicy};
use stoa_relayer::{
    Config, Deps, RelayerError,
    clients::{ContractChain, GrpcRunner, open_content},
    run,
    service::DiskJournal,
};
use tokio_util::sync::CancellationToken;

/// Carries a provider's orders to its runner and the answers to the chain.
#[derive(Parser)]
#[command(version)]
struct Flags {
    /// Configuration file (TOML); see config.example.toml. Without it: defaults and environment.
    #[arg(long, env = "STOA_RELAYER_CONFIG")]
    config: Option<PathBuf>,
    /// What is logged, in the syntax of tracing's EnvFilter.
    #[arg(long, env = "RUST_LOG", default_value = "info,fjall=warn,lsm_tree=warn")]
    log: String,
    /// Log one JSON object a line.
    #[arg(long)]
    log_json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let flags = Flags::parse();
    let logs = tracing_subscriber::fmt()
        .with_env_filter(&flags.log)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if flags.log_json {
        logs.json().init()
    } else {
        logs.init()
    }
    match start(flags).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "relayer failed");
            ExitCode::FAILURE
        }
    }
}

async fn start(flags: Flags) -> Result<(), RelayerError> {
    let config = Config::load(flags.config.as_deref())?;
    let network = Network::load(&config.network).map_err(RelayerError::Startup)?;
    let key =
        Key::from_mnemonic(&read_secret(&config.mnemonic_file)?).map_err(RelayerError::Startup)?;
    let provider = key.address().to_owned();
    let client =
        Client::offline(&network, Some(key), TxPolicy::default()).map_err(RelayerError::Startup)?;
    let marketplace = client.marketplace().map_err(RelayerError::Startup)?.address().to_owned();
    let content_url = match config.content_store.as_str() {
        "" => network.content_store.clone().unwrap_or_default(),
        url => url.to_owned(),
    };
    let scope = format!("{}/{marketplace}/{provider}", network.chain_id);
    let mut runner = GrpcRunner::new(
        &config.runner,
        network.chain_id.clone(),
        marketplace.clone(),
        Duration::from_secs(config.execution_timeout_seconds.max(1)),
    )?;
    if !config.runner_token_file.as_os_str().is_empty() {
        runner = runner.with_token(&read_secret(&config.runner_token_file)?)?;
    }
    let deps = Deps {
        content: open_content(&content_url)?,
        journal: Arc::new(DiskJournal::open(&config.data_folder, &scope)?),
        runner: Arc::new(runner),
        chain: Arc::new(ContractChain::start(client).map_err(RelayerError::Startup)?),
    };
    tracing::info!(%provider, runner = %config.runner, "serving");
    run(config.settings(network.chain_id, marketplace), deps, stop_signal()).await
}

fn read_secret(path: &Path) -> Result<String, RelayerError> {
    std::fs::read_to_string(path)
        .map_err(|source| RelayerError::SecretFile { path: path.to_owned(), source })
}

/// Cancelled by Ctrl-C or SIGTERM.
fn stop_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let signalled = token.clone();
    tokio::spawn(async move {
        terminated().await;
        signalled.cancel();
    });
    token
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    let _ = tokio::signal::ctrl_c().await;
}

//! `stoad start`: the node, until it is told to stop.

use std::{io::IsTerminal as _, num::NonZeroUsize, path::PathBuf, sync::Arc};

use anyhow::{Context as _, ensure};
use stoa_app::{App, AppConfig, ante::AnteParams};
use stoa_modules::upgrade::Upgrades;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    abci, beacon_seed,
    config::{Config, Home, Overrides},
    queries::Queries,
};

/// Flags of `stoad start`.
#[derive(Clone, Debug, clap::Args)]
pub struct Start {
    /// Folder of the node, as `stoad init` made it.
    #[arg(long)]
    pub home: PathBuf,
    /// Heights at which a planned upgrade is dropped instead, e.g. 100,200: only if the operators of more than
    /// two thirds of the power do the same.
    #[arg(long, value_delimiter = ',')]
    pub unsafe_skip_upgrades: Vec<u64>,
    #[command(flatten)]
    overrides: Overrides,
}

/// Reads the configuration and serves until SIGTERM or SIGINT.
pub fn run(start: &Start) -> anyhow::Result<()> {
    let home = Home(start.home.clone());
    let file = home.config_file();
    ensure!(file.exists(), "{} does not exist; run stoad init first", file.display());
    let config = Config::load(&file, &start.overrides)?;
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log).context("log")?;
    let output = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colours are for people; in a file they are noise.
    output.with_ansi(std::io::stderr().is_terminal()).init();

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (stop, shutdown) = watch::channel(false);
        let signals = tokio::spawn(stop_on_signal(stop)?);
        let skip_heights = start.unsafe_skip_upgrades.iter().copied().collect();
        let upgrades = Upgrades { skip_heights, ..stoa_app::known_upgrades() };
        let outcome = serve(&home, config, upgrades, shutdown).await;
        signals.abort();
        outcome
    })
}

/// Opens the application and serves every interface until `shutdown` becomes true or one of them fails.
pub async fn serve(
    home: &Home,
    config: Config,
    upgrades: Upgrades,
    shutdown: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let min_gas_prices =
        config.minimum_gas_prices.parse().context("minimum_gas_prices in the configuration")?;
    let ante = AnteParams { min_gas_prices };
    let beacon = beacon_seed::read(&home.beacon_seed())?;
    if beacon.is_none() {
        tracing::info!("no seed: this node does not contribute to the random beacon");
    }
    let app_config = AppConfig {
        pruning: config.store.pruning()?,
        min_retain_blocks: config.min_retain_blocks,
        snapshots: config.state_sync.schedule()?,
        ante,
        beacon,
        upgrades,
        cores: NonZeroUsize::new(config.execution_cores.into()),
    };
    let app = Arc::new(App::open(&home.data(), app_config)?);
    let info = app.info()?;
    tracing::info!(height = info.height, version = stoa_app::VERSION, "opened");

    // The end of one interface must be the end of all, with its reason.
    let api = tokio::spawn(serve_api(Arc::clone(&app), config.clone(), shutdown.clone()));
    tokio::select! {
        ended = abci::serve(app, config.abci.address, shutdown) => ended?,
        ended = api => ended??,
    }
    tracing::info!("stopped");
    Ok(())
}

async fn serve_api(
    app: Arc<App>,
    config: Config,
    mut shutdown: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let until_stopped = async move { abci::stopped(&mut shutdown).await };
    if !config.api.enabled {
        until_stopped.await;
        return std::future::pending().await;
    }
    let api =
        stoa_api::Config { grpc_addr: config.api.grpc_address, lcd_addr: config.api.lcd_address };
    stoa_api::serve(api, Arc::new(Queries(app)), &config.comet.rpc, until_stopped).await?;
    // It ended because the node stops: the ABCI server says when that is done.
    std::future::pending().await
}

/// A future that sets `stop` at the first SIGTERM or SIGINT.
fn stop_on_signal(
    stop: watch::Sender<bool>,
) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
            _ = interrupt.recv() => tracing::info!("SIGINT: stopping"),
        }
        // Nobody listening means that everything has stopped already.
        let _ = stop.send(true);
        std::future::pending::<()>().await;
    })
}

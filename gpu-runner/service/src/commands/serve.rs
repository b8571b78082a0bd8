//! `gpu-runner serve`: settings, key, model, store and listener, then the service.

use std::{future::Future, sync::Arc};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{CommandError, ServeArguments};
use crate::{Config, Deps, EnginePort, InferencePort, JobStore, ReceiptKey, RelayerToken, run};

/// Serves until SIGTERM or ctrl-c.
pub fn execute(arguments: &ServeArguments) -> Result<(), CommandError> {
    let config = Config::load(arguments.config.as_deref(), &arguments.overrides)?;
    // The cheap refusals come before the model is loaded.
    let key = ReceiptKey::from_file(&config.key_file)?;
    let relayer_token =
        config.relayer_token_file.as_deref().map(RelayerToken::from_file).transpose()?;
    let store = JobStore::open(&config.data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(&config, key, relayer_token, store))
}

async fn serve(
    config: &Config,
    key: ReceiptKey,
    relayer_token: Option<RelayerToken>,
    store: JobStore,
) -> Result<(), CommandError> {
    let address = config.listen;
    let listen = |source| CommandError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let port = EnginePort::load(&config.model_dir, config.backend.into())?;
    announce(config, &key, &port, listener.local_addr().map_err(listen)?);
    let deps = Deps { port: Arc::new(port), key, relayer_token, store, listener };
    Ok(run(config, deps, stop_signal()?).await?)
}

fn announce(
    config: &Config,
    key: &ReceiptKey,
    port: &dyn InferencePort,
    address: std::net::SocketAddr,
) {
    let (model, adapter) = (port.model(), port.adapter());
    tracing::info!(
        model = model.name,
        model_root = %model.model_root,
        semantics_version = model.semantics_version,
        backend = ?config.backend,
        adapter = adapter.name,
        api = adapter.api,
        is_software = adapter.is_software,
        "serving"
    );
    tracing::info!(receipt_key = hex::encode(key.public_key()), "receipts verify under this key");
    tracing::info!(%address, "ready");
}

fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, CommandError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

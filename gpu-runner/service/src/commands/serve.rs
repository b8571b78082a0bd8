//! `gpu-runner serve`: settings, key, model, store and listener, then the service.

use std::{
    future::Future,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use stoa_engine::{BackendKind, Encoder};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_rustls::TlsAcceptor;

use super::{CommandError, ServeArguments};
use crate::{
    Access, Config, Deps, EnginePort, InferencePort, JobStore, KeyRing, Listeners, ReceiptKey,
    RelayerToken, Secrets, Wallets, run, tls_acceptor,
};

/// Serves until SIGTERM or ctrl-c.
pub fn execute(arguments: &ServeArguments) -> Result<(), CommandError> {
    let config = Config::load(arguments.config.as_deref(), &arguments.overrides)?;
    // The cheap refusals come before the model is loaded.
    let key = ReceiptKey::from_file(&config.key_file)?;
    let secrets = secrets(&config)?;
    let tls = match (&config.tls_certificate_file, &config.tls_key_file) {
        (Some(certificates), Some(key)) => Some(tls_acceptor(certificates, key)?),
        _ => None,
    };
    let store = JobStore::open(&config.data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(&config, key, secrets, tls, store))
}

fn secrets(config: &Config) -> Result<Secrets, CommandError> {
    let token = |file: &Option<_>| file.as_deref().map(RelayerToken::from_file).transpose();
    let keys = config.keys_file.as_deref().map(KeyRing::from_file).transpose()?;
    let wallets = config.wallet_audience.clone();
    let wallets = wallets.map(|audience| Wallets::new(audience, config.wallets_file.as_deref()));
    Ok(Secrets {
        relayer: token(&config.relayer_token_file)?,
        operator: token(&config.operator_token_file)?,
        access: Access::new(keys, wallets.transpose()?),
    })
}

async fn serve(
    config: &Config,
    key: ReceiptKey,
    secrets: Secrets,
    tls: Option<TlsAcceptor>,
    store: JobStore,
) -> Result<(), CommandError> {
    let listeners = Listeners {
        grpc: listen(config.listen).await?,
        http: listen_if(config.http_listen).await?,
        admin: listen_if(config.admin_listen).await?,
    };
    let backend = config.backend.into();
    let port = EnginePort::load(&config.model_dir, backend)?;
    let encoders = load_encoders(config)?;
    announce(config, &key, &port, &listeners);
    let loader = move |folder: &Path| -> Result<Arc<dyn InferencePort>, _> {
        Ok(Arc::new(EnginePort::load(folder, backend)?))
    };
    let deps = Deps {
        port: Arc::new(port),
        model_dir: config.model_dir.clone(),
        loader: Arc::new(loader),
        encoders,
        key,
        secrets,
        store,
        tls,
        listeners,
    };
    Ok(run(config, deps, stop_signal()?).await?)
}

/// Encoders run on the CPU, whatever the back end of the other models is.
fn load_encoders(config: &Config) -> Result<Vec<Encoder>, CommandError> {
    let load = |folder: &PathBuf| Ok(Encoder::load(folder, BackendKind::Cpu)?);
    config.encoder_dirs.iter().map(load).collect()
}

async fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|source| CommandError::Listen { address, source })
}

async fn listen_if(address: Option<SocketAddr>) -> Result<Option<TcpListener>, CommandError> {
    match address {
        Some(address) => listen(address).await.map(Some),
        None => Ok(None),
    }
}

fn announce(config: &Config, key: &ReceiptKey, port: &dyn InferencePort, listeners: &Listeners) {
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
    let address = |listener: &TcpListener| listener.local_addr().ok();
    tracing::info!(
        grpc = ?address(&listeners.grpc),
        http = ?listeners.http.as_ref().and_then(address),
        admin = ?listeners.admin.as_ref().and_then(address),
        is_encrypted = config.tls_key_file.is_some(),
        "ready"
    );
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

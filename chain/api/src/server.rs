//! Both servers.

use std::{future::Future, net::SocketAddr, sync::Arc};

use axum::Router;
use tokio::{net::TcpListener, sync::watch};

use crate::{Config, QueryPort, answer::Sources, comet::Comet, grpc, lcd};

/// Why the interfaces are not served.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The port is taken or not ours.
    #[error("listening on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The URL of CometBFT's RPC cannot be used.
    #[error("CometBFT RPC at {url}: {source}")]
    CometUrl {
        /// The URL.
        url: String,
        /// What is wrong with it.
        source: tendermint_rpc::Error,
    },
    /// The interface cannot be described.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// A server stopped by itself.
    #[error("serving: {0}")]
    Serve(std::io::Error),
}

/// Serves gRPC and LCD until `shutdown` is ready, and then finishes what has begun. `comet_rpc` is the URL
/// of CometBFT's RPC, e.g. `http://127.0.0.1:26657`; it need not answer yet.
pub async fn serve(
    config: Config,
    app: Arc<dyn QueryPort>,
    comet_rpc: &str,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ApiError> {
    let comet = Comet::new(comet_rpc)
        .map_err(|source| ApiError::CometUrl { url: comet_rpc.to_owned(), source })?;
    let sources = Sources::new(app, comet);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        shutdown.await;
        // Both receivers are alive until the servers end.
        let _ = stop.send(true);
    });
    let grpc = listen(config.grpc_addr, grpc::router(sources.clone())?, stopped.clone());
    let lcd = listen(config.lcd_addr, lcd::router(sources), stopped);
    tokio::try_join!(grpc, lcd).map(drop)
}

async fn listen(
    address: SocketAddr,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), ApiError> {
    let listener =
        TcpListener::bind(address).await.map_err(|source| ApiError::Listen { address, source })?;
    tracing::info!(%address, "listening");
    let until_stopped = async move {
        // An error means that the sender is gone, which is the end as well.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    axum::serve(listener, router)
        .with_graceful_shutdown(until_stopped)
        .await
        .map_err(ApiError::Serve)
}

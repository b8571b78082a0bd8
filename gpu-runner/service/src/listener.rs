//! Connections of the HTTP ways in: accepted, encrypted when there is a certificate, served, closed in time.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::tls::{ACCEPT_PAUSE, HANDSHAKE_TIMEOUT};

/// Connections of one listener that may be open; more wait to be accepted.
const MAX_CONNECTIONS: usize = 1_024;
/// Time that connections get to close after the last answer.
pub const CLOSE_GRACE: Duration = Duration::from_secs(2);
/// Time that a client has to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves `router` until `closing`; then open requests go on, and connections close after their last one.
/// Connections that are still open a moment after `stop` are dropped.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    closing: CancellationToken,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {} // those that ended are forgotten
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            () = closing.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (tls, router) = (tls.clone(), router.clone());
        let (closing, stop) = (closing.clone(), stop.clone());
        connections.spawn(async move {
            tokio::select! {
                () = too_late(stop) => {}
                () = open(stream, address, tls, router, closing) => {}
            }
            drop(place);
        });
    }
    while connections.join_next().await.is_some() {}
}

/// Ends a moment after the last answer was computed: it still has to be written.
async fn too_late(stop: CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(CLOSE_GRACE).await;
}

async fn open(
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    closing: CancellationToken,
) {
    // A token should not wait for the next one to fill a packet.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return converse(stream, address, router, closing).await };
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, address, router, closing).await,
        Ok(Err(error)) => tracing::debug!(%address, %error, "no encryption was agreed on"),
        Err(_) => tracing::debug!(%address, "no encryption was agreed on in time"),
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    address: SocketAddr,
    router: Router,
    closing: CancellationToken,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new());
    let service = TowerToHyperService::new(router.layer(axum::Extension(address)));
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%address, %error, "a connection ended with an error");
    }
}

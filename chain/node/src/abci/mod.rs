//! The socket between CometBFT and the application.
//!
//! CometBFT opens four connections (consensus, mempool, queries, state sync). Requests of one connection
//! are answered in their order; connections do not wait for one another. A failure that must halt the
//! node ends [`serve`] with its name.

mod address;
mod connection;
mod frame;
#[cfg(test)]
mod hostile;

use std::{io, sync::Arc};

use stoa_app::{App, AppError};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
    sync::watch,
    task::JoinSet,
};

pub use address::{Address, AddressError};

/// Most connections at a time: CometBFT opens four, and four more while it restarts.
const MAX_CONNECTIONS: usize = 16;

/// Why the server ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: Address,
        /// Why.
        source: std::io::Error,
    },
    /// The node must not go on.
    #[error("halting: {0}")]
    Halt(#[from] AppError),
    /// A connection's task panicked: state may be half-done, so the node must not go on.
    #[error("halting: a connection panicked: {0}")]
    Panic(#[from] tokio::task::JoinError),
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

type Reader = Box<dyn AsyncRead + Send + Unpin>;
type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// Serves `app` on `address` until `shutdown` becomes true or the node must halt.
pub async fn serve(
    app: Arc<App>,
    address: Address,
    mut shutdown: watch::Receiver<bool>,
) -> Result<(), ServeError> {
    let listener = listen(&address).await?;
    tracing::info!(%address, "waiting for CometBFT");
    let mut connections = JoinSet::new();
    loop {
        let has_room = connections.len() < MAX_CONNECTIONS;
        tokio::select! {
            () = stopped(&mut shutdown) => break,
            Some(ended) = connections.join_next() => ended??,
            accepted = accept(&listener), if has_room => match accepted {
                Ok((read, write)) => {
                    let (app, shutdown) = (Arc::clone(&app), shutdown.clone());
                    connections.spawn(connection::run(app, read, write, shutdown));
                }
                Err(error) => tracing::warn!(%error, "a connection was not accepted"),
            }
        }
    }
    // Each connection finishes the request that it is answering.
    while let Some(ended) = connections.join_next().await {
        ended??;
    }
    if let Address::Unix(path) = &address {
        // A leftover socket file is removed at the next start anyway.
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

async fn listen(address: &Address) -> Result<Listener, ServeError> {
    let listening = match address {
        Address::Tcp(address) => TcpListener::bind(address).await.map(Listener::Tcp),
        Address::Unix(path) => {
            // A killed node leaves its socket file behind.
            let _ = std::fs::remove_file(path);
            UnixListener::bind(path).map(Listener::Unix)
        }
    };
    listening.map_err(|source| ServeError::Listen { address: address.clone(), source })
}

async fn accept(listener: &Listener) -> io::Result<(Reader, Writer)> {
    match listener {
        Listener::Tcp(listener) => {
            let (stream, _) = listener.accept().await?;
            // Answers are small and awaited: they must not be held back.
            stream.set_nodelay(true)?;
            let (read, write) = stream.into_split();
            Ok((Box::new(read), Box::new(write)))
        }
        Listener::Unix(listener) => {
            let (stream, _) = listener.accept().await?;
            let (read, write) = stream.into_split();
            Ok((Box::new(read), Box::new(write)))
        }
    }
}

/// Returns once `shutdown` is true, or its sender is gone.
pub(crate) async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|stop| *stop).await;
}

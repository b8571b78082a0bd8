//! Encryption of the ways in: a certificate chain and its key.

use std::{
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};
use tonic::transport::server::{Connected, TcpConnectInfo};

/// Time that a client has to agree on encryption.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections of gRPC that may be agreeing on encryption at a time.
const MAX_HANDSHAKES: usize = 64;
/// Pause after a failure to accept, such as too many open files.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Protocols that are offered: gRPC needs the second version of HTTP, OpenAI clients speak the first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why there is no encryption.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or holds no PEM of that kind.
    #[error("{} holds no {what} in PEM", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// The parser's reason.
        source: rustls::pki_types::pem::Error,
    },
    /// Certificate and key do not belong together, or are of a kind that is not supported.
    #[error("the certificate and its key are refused")]
    Refused(#[source] rustls::Error),
}

/// Reads a certificate chain and its private key.
pub fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let no_certificate =
        |source| TlsError::Pem { path: certificates.to_owned(), what: "certificate", source };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificates)
        .map_err(no_certificate)?
        .collect::<Result<_, _>>()
        .map_err(no_certificate)?;
    let no_key = |source| TlsError::Pem { path: key.to_owned(), what: "private key", source };
    let key = PrivateKeyDer::from_pem_file(key).map_err(no_key)?;
    // Named, because the workspace holds more than one provider.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Refused)?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Connections on which encryption was agreed on; the others are dropped, and nobody waits for a slow one.
pub fn incoming(
    listener: TcpListener,
    acceptor: TlsAcceptor,
) -> impl Stream<Item = std::io::Result<Encrypted>> {
    let accepted = stream::unfold(listener, |listener| async move {
        let stream = match listener.accept().await {
            Ok((stream, _)) => Some(stream),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                None
            }
        };
        Some((stream, listener))
    });
    let agreed = accepted
        .map(move |stream| agree(acceptor.clone(), stream))
        .buffer_unordered(MAX_HANDSHAKES);
    agreed.filter_map(|encrypted| async move { encrypted.map(Ok) })
}

async fn agree(acceptor: TlsAcceptor, stream: Option<TcpStream>) -> Option<Encrypted> {
    let stream = stream?;
    let _ = stream.set_nodelay(true);
    let agreed = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await.ok()?;
    agreed.ok().map(Encrypted)
}

/// An encrypted connection that tells tonic whom it comes from.
pub struct Encrypted(pub TlsStream<TcpStream>);

impl Connected for Encrypted {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.0.get_ref().0.connect_info()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

//! The ports of a network on loopback.

use std::net::TcpListener;

use anyhow::{Context, Result, bail};

/// One port per server.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// CometBFT RPC.
    pub rpc: u16,
    /// CometBFT peer-to-peer.
    pub p2p: u16,
    /// ABCI socket between CometBFT and stoad.
    pub abci: u16,
    /// Cosmos gRPC.
    pub grpc: u16,
    /// LCD REST.
    pub lcd: u16,
    /// The runner's gRPC.
    pub runner: u16,
}

/// What wallets and tools expect.
pub const STANDARD: Ports =
    Ports { rpc: 26_657, p2p: 26_656, abci: 26_658, grpc: 9_090, lcd: 1_317, runner: 8_001 };

impl Ports {
    /// Ports that are free now.
    pub fn free() -> Result<Self> {
        // All listeners are held until all six ports are known, so that no port is handed out twice.
        let listeners: Vec<TcpListener> =
            (0..6).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
        let ports: Vec<u16> = listeners
            .iter()
            .map(|listener| listener.local_addr().map(|address| address.port()))
            .collect::<Result<_, _>>()?;
        match ports.as_slice() {
            &[rpc, p2p, abci, grpc, lcd, runner] => Ok(Self { rpc, p2p, abci, grpc, lcd, runner }),
            _ => bail!("six listeners gave {} ports", ports.len()),
        }
    }

    /// Refuses when another program listens on one of the ports.
    pub fn check_free(&self) -> Result<()> {
        for port in [self.rpc, self.p2p, self.abci, self.grpc, self.lcd, self.runner] {
            TcpListener::bind(("127.0.0.1", port)).with_context(|| {
                format!(
                    "port {port} is in use; stop the program that holds it \
                     (a local network of this repository: `./scripts/localnet stop`)"
                )
            })?;
        }
        Ok(())
    }

    /// `http://127.0.0.1:<port>`.
    pub fn http(port: u16) -> String {
        format!("http://127.0.0.1:{port}")
    }
}

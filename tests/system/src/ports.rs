//! The ports of a network on loopback.

use std::net::TcpListener;

use anyhow::{Context, Result};

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
const STANDARD: Ports =
    Ports { rpc: 26_657, p2p: 26_656, abci: 26_658, grpc: 9_090, lcd: 1_317, runner: 8_001 };

impl Ports {
    /// The standard ports of the validator with this number: the first has what wallets expect, each
    /// further one ten more.
    pub const fn standard(number: u16) -> Self {
        let step = 10 * number.saturating_sub(1);
        let Self { rpc, p2p, abci, grpc, lcd, runner } = STANDARD;
        Self {
            rpc: rpc + step,
            p2p: p2p + step,
            abci: abci + step,
            grpc: grpc + step,
            lcd: lcd + step,
            runner: runner + step,
        }
    }

    /// Ports that are free now.
    pub fn free() -> Result<Self> {
        Self::free_for(1)?.pop().context("no ports")
    }

    /// Ports that are free now, for several validators.
    pub fn free_for(validators: usize) -> Result<Vec<Self>> {
        // All listeners are held until all ports are known, so that no port is handed out twice.
        let mut listeners = Vec::new();
        let mut port = || -> Result<u16> {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let port = listener.local_addr()?.port();
            listeners.push(listener);
            Ok(port)
        };
        let mut one = || -> Result<Self> {
            let (rpc, p2p, abci) = (port()?, port()?, port()?);
            Ok(Self { rpc, p2p, abci, grpc: port()?, lcd: port()?, runner: port()? })
        };
        (0..validators).map(|_| one()).collect()
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

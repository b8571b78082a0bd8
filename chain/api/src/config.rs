//! Where to listen.

use std::net::SocketAddr;

/// Addresses of both interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address of gRPC and gRPC-web, usually port 9090.
    pub grpc_addr: SocketAddr,
    /// Address of LCD REST, usually port 1317.
    pub lcd_addr: SocketAddr,
}

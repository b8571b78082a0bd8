//! Where to listen.

use std::net::SocketAddr;

/// Addresses of both interfaces, and what is told about this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address of gRPC and gRPC-web, usually port 9090.
    pub grpc_addr: SocketAddr,
    /// Address of LCD REST, usually port 1317.
    pub lcd_addr: SocketAddr,
    /// Least prices of gas that this node admits, e.g. `0.025ustoa`; clients ask for it.
    pub minimum_gas_price: String,
}

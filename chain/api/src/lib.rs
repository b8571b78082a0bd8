//! gRPC and LCD REST of stoad, from one table of routes.
//!
//! Purpose: what wallets, scripts and explorers of the Cosmos world call besides CometBFT's own RPC.
//! Place: beside the application, never in the way of consensus. It reads committed state through
//! [`QueryPort`] and blocks through CometBFT's RPC, and writes nothing but transactions to the mempool.
//! Invariants: both interfaces answer from the same bytes; no request can panic the node or hold more than
//! its share of it (see [`limits`]).
//!
//! gRPC passes protobuf through as it is: every path that the application answers is served, without
//! generated stubs. LCD turns the same protobuf into the JSON of the Cosmos SDK by the shapes of
//! [`shapes`]. Reflection and the OpenAPI document are made of the same routes and shapes.

mod answer;
mod codec;
mod comet;
mod config;
mod grpc;
mod json;
mod lcd;
pub mod limits;
mod openapi;
mod port;
mod reflection;
mod request;
mod routes;
mod server;
mod shapes;
mod status;

pub use config::Config;
pub use port::QueryPort;
pub use server::{ApiError, serve};

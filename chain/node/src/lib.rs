//! The node binary: flags, configuration, servers.
//!
//! Purpose: put the application behind its sockets.
//! Place: the outermost crate of the chain; it holds no rule of the chain.
//! Invariants: a failure that must halt the node ends the process with its name; SIGTERM lets the
//! request that is being answered finish.

pub mod abci;
pub mod beacon_seed;
pub mod command;
pub mod config;
pub mod exported_genesis;
pub mod genesis;
pub mod pruning;
mod queries;
pub mod registry;

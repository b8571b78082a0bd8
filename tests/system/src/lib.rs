//! Runs the real binaries together: local network, demo, system tests.
//!
//! Purpose: one harness for `scripts/localnet`, `scripts/demo` and every test that needs a live chain.
//! Place: above everything; nothing depends on it.
//! Invariants: every child process dies with the harness or is named in a pid file; every process writes
//! its own log, and a failure quotes the end of the log that explains it.

pub mod accounts;
pub mod binaries;
pub mod comet;
pub mod daemon;
pub mod demo;
pub mod deploy;
pub mod home;
pub mod link;
pub mod load;
pub mod localnet;
pub mod node;
pub mod ports;
pub mod process;
pub mod random;
pub mod services;
pub mod stage;

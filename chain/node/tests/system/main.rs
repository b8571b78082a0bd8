//! The real binaries: CometBFT and stoad on loopback, killed at random moments.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod abci;
mod beacon;
mod choice;
mod crash;
mod dao;
mod devnet;
mod flood;
mod http;
mod kill;
mod load;
mod powers;
mod retain;
mod serve;

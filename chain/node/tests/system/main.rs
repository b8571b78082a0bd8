//! The real binaries: CometBFT and stoad on loopback, killed at random moments.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod beacon;
mod devnet;
mod http;
mod kill;
mod powers;
mod serve;

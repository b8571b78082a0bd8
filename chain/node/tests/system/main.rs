//! The real binaries: CometBFT and stoad on loopback, killed at random moments.

mod devnet;
mod http;
mod kill;
mod serve;

//! A blocking client of the ABCI 2.0 socket, in the place of CometBFT.

mod client;
mod lossy;

pub use client::{Client, Query, Timed};

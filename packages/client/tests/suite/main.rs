//! The client against a node that speaks CometBFT's JSON-RPC and does what a test tells it.

// A helper of a test says what is wrong by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fake_node;
mod sending;

//! The client against a node that speaks CometBFT's JSON-RPC and does what a test tells it.

mod fake_node;
mod sending;

//! Sends the requests of wallets, scripts and explorers to nodes and looks at the answers.
//!
//! Purpose: a client that works with wasmd works with `stoad`; what differs is listed with its reason.
//! Place: beside the product. `cargo xtask sessions` sends every request to wasmd 0.60.8 and to `stoad`, each
//! with its own CometBFT, and compares the answers field by field; the system tests send them to `stoad`
//! alone and look at statuses and fields.
//! What a dApp signs is played likewise: one script for unmodified CosmJS (`tests/cosmjs/src/script.mjs`).
//! Invariants: the requests are data (`sessions/*.toml`), written down from what the clients' sources call;
//! an allowed difference that excuses nothing fails the comparison.

pub mod call;
pub mod compare;
pub mod descriptors;
pub mod node;
pub mod report;
pub mod script;
pub mod session;

//! Feeds the same transactions to wasmd and stoad and compares what they answer.
//!
//! Purpose: `stoad` answers as wasmd does, to the unit of gas; what differs is listed with its reason.
//! Place: beside the product; run by `cargo xtask oracle`. wasmd is built with this chain's address prefix,
//! and both get the same genesis accounts with the same numbers, so that both get the very same bytes.
//! Invariants: a run is repeatable: keys, times and random choices come from fixed seeds.

pub mod abci;
pub mod compare;
pub mod peer;
pub mod random;
pub mod report;
pub mod run;
pub mod scenario;

//! The contract on a simulated chain, one file for each action.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod adversarial;
mod claim;
mod collect;
mod pay;
mod register;
mod world;

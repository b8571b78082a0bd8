//! The contract on a simulated chain, one file for each action.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod adversarial;
mod execute_proposal;
mod instantiate;
mod propose;
mod update_members;
mod vote;
mod world;

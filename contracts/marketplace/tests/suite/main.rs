//! The contract on a simulated chain with its registry and its DAO, one file for each action.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod adversarial;
mod close_service;
mod conservation;
mod deliver;
mod instantiate;
mod open_jobs;
mod order;
mod refund;
mod register_service;
mod set_protocol_fee;
mod settle;
mod update_service;
mod world;

//! The contract on a simulated chain with its registry and its DAO, one file for each action.

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

//! The contract on a simulated chain, one file for each action.

mod adversarial;
mod execute_proposal;
mod instantiate;
mod propose;
mod update_members;
mod vote;
mod world;

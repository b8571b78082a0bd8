//! The contract on a simulated chain, one file for each action.

mod adversarial;
mod claim;
mod collect;
mod pay;
mod register;
mod world;

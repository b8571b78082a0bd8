//! The three outside worlds: a trait, the real thing and a fake for each.

mod chain;
mod content;
mod runner;

#[cfg(test)]
pub(crate) use chain::FakeChain;
pub use chain::{Chain, ContractChain};
pub use content::{ContentStore, open_content};
#[cfg(test)]
pub(crate) use runner::FakeRunner;
pub use runner::{GrpcRunner, Runner};

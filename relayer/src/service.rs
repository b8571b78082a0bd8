//! The running service: configuration, journal, the loop that carries effects out.

mod config;
mod execute;
mod journal;
mod transact;
mod worker;

#[cfg(test)]
pub(crate) mod simulation;

pub use config::Config;
#[cfg(test)]
pub(crate) use journal::FakeJournal;
pub use journal::{DiskJournal, Journal, Memory};
pub use worker::{Deps, Settings, run};

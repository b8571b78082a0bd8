//! The journal: what survives a crash.
//!
//! Invariants: a method that returned has its effect on the disk; one folder serves one provider on
//! one marketplace on one chain.

mod disk;
#[cfg(test)]
mod fake;

use std::collections::BTreeMap;

use async_trait::async_trait;
use stoa_primitives::{Height, JobId};

use crate::{error::RelayerError, plan::Entry};

pub use disk::DiskJournal;
#[cfg(test)]
pub(crate) use fake::FakeJournal;

/// Everything that the journal holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Jobs that are not ended.
    pub entries: BTreeMap<JobId, Entry>,
    /// A height that the chain has certainly reached: an answer from before it is stale and could
    /// show as open an order that has ended and was forgotten.
    pub seen_height: Height,
}

/// A durable map of jobs.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Reads everything; called once at the start.
    async fn load(&self) -> Result<Memory, RelayerError>;

    /// Writes one job's entry, replacing an earlier one.
    async fn record(&self, job_id: JobId, entry: &Entry) -> Result<(), RelayerError>;

    /// Removes an ended job and remembers the height at which it was seen ended, in one step.
    async fn forget(&self, job_id: JobId, seen_height: Height) -> Result<(), RelayerError>;
}

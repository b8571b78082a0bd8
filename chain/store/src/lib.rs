//! Versioned key-value store, commitment root, atomic commit.
//!
//! Purpose: hold the state of the chain, by height, and say what it is in one hash.
//! Place: below every module; the only crate that touches the disk on the consensus path.
//! Invariants: a [`Snapshot`] never changes; an [`Overlay`] touches nothing until its changes are
//! committed; a commit is one atomic batch of values, commitment and height, so that a process killed at
//! any moment restarts at a whole height with the same root.

#![deny(clippy::float_arithmetic)]

mod bottom;
mod changes;
pub mod commitment;
pub mod database;
mod error;
pub mod fail_point;
mod overlay;
mod range;
mod snapshot;
mod speculation;
pub mod stream;

pub use changes::{Changes, StoreChanges};
pub use commitment::Root;
pub use database::{
    CommitRecord, Database, Export, ExportError, Import, ImportError, ImportTarget, Options,
    Proven, StagedCommit,
};
pub use error::StoreError;
pub use fail_point::FailPoint;
pub use overlay::Overlay;
pub use range::{KeyRange, Order};
pub use snapshot::{EmptySnapshot, Entry, Snapshot};
pub use speculation::{Expected, MAX_SEEN_BYTES, Speculation};

/// Name of one sub-store, e.g. `bank`; each has its own key space and its own root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreName(pub &'static str);

/// Most layers an [`Overlay`] may stack (transaction, message, nested submessages).
pub const MAX_LAYERS: usize = 256;

/// Longest key. The engine holds 65,535 bytes; a key may double when its versions are written, and the
/// store's name and the height go beside it.
pub const MAX_KEY_BYTES: usize = 32_000;

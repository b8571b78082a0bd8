//! What can go wrong below the state machine.

/// A failure of the store. On the consensus path every variant halts the node.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the storage engine failed.
    #[error("storage engine: {0}")]
    Engine(String),
    /// Stored bytes do not have the form that this version writes.
    #[error("corrupt record under {what}")]
    Corrupt {
        /// Which record.
        what: &'static str,
    },
    /// The height is not held any more, or not yet.
    #[error("height {height} is not available, held are {earliest}..={latest}")]
    UnknownHeight {
        /// The height asked for.
        height: u64,
        /// First height held.
        earliest: u64,
        /// Last height held.
        latest: u64,
    },
    /// `commit` or `rollback` without a matching `begin`, or too many layers.
    #[error("overlay layers are unbalanced: {depth} open")]
    Layers {
        /// Layers open.
        depth: usize,
    },
    /// A lock was poisoned by a panic elsewhere.
    #[error("a lock of the overlay is poisoned")]
    Poisoned,
}

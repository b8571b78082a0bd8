//! What can go wrong below the state machine.

/// A failure of the store. On the consensus path it halts the node, unless a transaction
/// [caused it](StoreError::is_caused_by_input).
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the storage engine failed.
    #[error("storage engine: {0}")]
    Engine(#[from] fjall::Error),
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
    /// A key is longer than the disk format can hold.
    #[error("key of {actual} bytes, the limit is {limit}")]
    KeyTooLong {
        /// Length asked for.
        actual: usize,
        /// [`crate::MAX_KEY_BYTES`].
        limit: usize,
    },
    /// The database was not opened with this store.
    #[error("store {name} is not mounted")]
    UnknownStore {
        /// Its name.
        name: String,
    },
    /// A store that leaves the state still holds something.
    #[error("store {name} leaves the state and is not empty")]
    NotEmpty {
        /// Its name.
        name: String,
    },
    /// Another height was committed since the commit was staged.
    #[error("staged on top of height {staged_on}, but {latest} was committed since")]
    StaleStage {
        /// Last height when it was staged; zero for none.
        staged_on: u64,
        /// Last height now.
        latest: u64,
    },
    /// Heights must be committed in ascending order.
    #[error("height {actual} cannot follow {latest}")]
    HeightOrder {
        /// Last height committed.
        latest: u64,
        /// Height offered.
        actual: u64,
    },
    /// The database was written by another version of this software.
    #[error("store format {actual}, this version reads {expected}")]
    Format {
        /// What this version reads.
        expected: u8,
        /// What the disk says.
        actual: u8,
    },
    /// A lock was poisoned by a panic elsewhere.
    #[error("a lock of the store is poisoned")]
    Poisoned,
}

impl StoreError {
    /// Whether what a transaction asked for is the cause, alike on every node; then that
    /// transaction fails and the node goes on.
    pub const fn is_caused_by_input(&self) -> bool {
        match self {
            Self::KeyTooLong { .. } | Self::Layers { .. } => true,
            Self::Engine(_)
            | Self::Corrupt { .. }
            | Self::UnknownHeight { .. }
            | Self::UnknownStore { .. }
            | Self::NotEmpty { .. }
            | Self::StaleStage { .. }
            | Self::HeightOrder { .. }
            | Self::Format { .. }
            | Self::Poisoned => false,
        }
    }
}

//! State-sync snapshots: a node that starts later takes the state of a height over from its peers.
//!
//! Purpose: give the state of every so many heights away in chunks, and rebuild one that others give.
//! Place: beside the block life cycle. The bytes of a state are `stoa_store::stream`'s; here they are cut,
//! named, kept on the disk and checked. `server::snapshot` translates ABCI.
//! Invariants: taking one never waits for consensus nor consensus for it, and at most one is taken at a
//! time; the chunks of a height are the same bytes on every node; of an offered state nothing is visible
//! before its root is the app hash that consensus trusts; whatever peers send, the node does not panic, and
//! holds one chunk and one value in memory.

mod background;
mod chunks;
mod manifest;
mod restore;
mod serve;
mod shelf;

pub(crate) use background::Snapshots;
pub use manifest::{Manifest, ManifestError};
pub(crate) use restore::Restore;
pub use restore::{ChunkVerdict, OfferVerdict, OfferedSnapshot};
pub use shelf::Listed;

/// Version of chunks and manifest. A node rejects other formats.
pub const FORMAT: u32 = 1;
/// Bytes of every chunk but the last; consensus carries 16 MB at most.
pub const CHUNK_BYTES: usize = 4 * 1024 * 1024;
/// Most chunks of a snapshot: 64 GiB of state. Bounds the disk that a false offer can fill.
pub const MAX_CHUNKS: usize = 16_384;
/// Most snapshots that are kept: consensus asks each peer for its last ten.
pub const MAX_KEPT: u32 = 10;

/// When snapshots are taken, and how many are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Taken at heights that are a multiple of this; zero for never.
    pub interval: u64,
    /// How many of the last are kept: 1 to [`MAX_KEPT`].
    pub keep_recent: u32,
}

impl Schedule {
    /// No snapshots.
    pub const NEVER: Self = Self { interval: 0, keep_recent: 1 };

    /// Whether one is taken at `height`.
    pub const fn is_due(self, height: u64) -> bool {
        self.interval != 0 && height != 0 && height.is_multiple_of(self.interval)
    }

    /// Blocks behind the last that a node which restores the oldest kept snapshot still has to fetch.
    pub const fn blocks_needed(self) -> u64 {
        self.interval.saturating_mul(self.keep_recent as u64)
    }
}

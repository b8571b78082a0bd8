//! Named steps of a block at which a test can end the process.
//!
//! Purpose: crash tests must hit every step of executing and committing a block, not only the long ones
//! that a random SIGKILL finds.
//! Place: in the lowest crate of the chain, so that every step above can be named; called in one line each.
//! Invariants: only builds with debug assertions (tests, the demo) contain it: in a release build
//! [`FailPoint::reach`] is empty, and no environment variable can end a node that holds people's money. In
//! a debug build nothing happens unless [`VARIABLE`] is set, and a value that names no point ends the
//! process at once instead of testing nothing.

/// Which point ends the process, and at which visit: `commit.synced:3`; the first visit without a number.
pub const VARIABLE: &str = "STOA_FAIL_POINT";

macro_rules! fail_points {
    ($($(#[$doc:meta])* $point:ident = $name:literal,)*) => {
        /// A step of a block.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FailPoint {
            $($(#[$doc])* $point,)*
        }

        impl FailPoint {
            /// All of them, in the order in which a block passes them.
            pub const ALL: &'static [Self] = &[$(Self::$point,)*];

            /// The name that arms it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)*
                }
            }
        }
    };
}

fail_points! {
    /// The state of the genesis file is built, in memory.
    GenesisBuilt = "genesis.built",
    /// A decided block has arrived.
    FinalizeBegun = "finalize.begun",
    /// What comes before the transactions is done.
    BlockBegun = "finalize.block_begun",
    /// A transaction is next.
    TxBegun = "finalize.tx_begun",
    /// A transaction is executed.
    TxEnded = "finalize.tx_ended",
    /// What comes behind the transactions is done.
    BlockEnded = "finalize.block_ended",
    /// The root that the block leads to is known.
    Staged = "finalize.staged",
    /// Consensus has decided that the block is kept.
    CommitBegun = "commit.begun",
    /// What comes behind the commit of the height before is written.
    NodesAwaited = "commit.nodes_awaited",
    /// The values are in the batch.
    ValuesAdded = "commit.values_added",
    /// What is forgotten is in the batch.
    PruningAdded = "commit.pruning_added",
    /// The batch is complete and nothing of it is written.
    BatchBuilt = "commit.batch_built",
    /// The batch is in the journal and synced; nobody in this process knows.
    Synced = "commit.synced",
    /// Readers see the new height.
    HeadSwapped = "commit.head_swapped",
    /// The thread that writes nodes and versions has begun.
    NodesBegun = "commit.nodes_begun",
    /// Nodes and versions are written and not synced.
    NodesWritten = "commit.nodes_written",
    /// Admission stands on the new height; consensus has no answer yet.
    CommitEnded = "commit.ended",
}

impl FailPoint {
    /// Ends the process like a crash if this visit is the one that [`VARIABLE`] names.
    #[inline]
    pub fn reach(self) {
        #[cfg(debug_assertions)]
        armed::visit(self);
    }
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    };

    use super::{FailPoint, VARIABLE};

    struct Armed {
        point: FailPoint,
        /// The visit that is fatal, counted from one.
        fatal: u64,
        visits: AtomicU64,
    }

    pub(super) fn visit(point: FailPoint) {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        let Some(armed) = ARMED.get_or_init(from_environment) else { return };
        if armed.point == point && armed.visits.fetch_add(1, Ordering::Relaxed) + 1 == armed.fatal {
            eprintln!("fail point {} reached for the {}. time", point.name(), armed.fatal);
            std::process::abort();
        }
    }

    fn from_environment() -> Option<Armed> {
        let text = std::env::var(VARIABLE).ok()?;
        let Some((point, fatal)) = parse(&text) else {
            eprintln!("{VARIABLE}={text} names no fail point");
            std::process::abort();
        };
        eprintln!("{VARIABLE}={text}: this process will end itself");
        Some(Armed { point, fatal, visits: AtomicU64::new(0) })
    }

    pub(super) fn parse(text: &str) -> Option<(FailPoint, u64)> {
        let (name, fatal) = text.split_once(':').unwrap_or((text, "1"));
        let point = FailPoint::ALL.iter().find(|point| point.name() == name)?;
        Some((*point, fatal.parse().ok().filter(|fatal| *fatal > 0)?))
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::{FailPoint, armed::parse};

    #[test]
    fn points_are_armed_by_name_and_visit() {
        for point in FailPoint::ALL {
            assert_eq!(parse(point.name()), Some((*point, 1)));
            assert_eq!(parse(&format!("{}:7", point.name())), Some((*point, 7)));
        }
        for nothing in ["", "commit", "commit.synced:", "commit.synced:0", "commit.synced:x"] {
            assert_eq!(parse(nothing), None, "{nothing}");
        }
    }
}

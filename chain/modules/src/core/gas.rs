//! Gas: the one measure of work.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// SDK gas units.
pub type Gas = u64;

/// Gas of store operations (Cosmos SDK `store/types/gas.go`, `KVGasConfig`).
pub mod kv {
    use super::Gas;

    /// `has`.
    pub const HAS: Gas = 1_000;
    /// `delete`.
    pub const DELETE: Gas = 1_000;
    /// `get`, flat part.
    pub const READ_FLAT: Gas = 1_000;
    /// `get`, per byte of key and value.
    pub const READ_PER_BYTE: Gas = 3;
    /// `set`, flat part.
    pub const WRITE_FLAT: Gas = 2_000;
    /// `set`, per byte of key and value.
    pub const WRITE_PER_BYTE: Gas = 30;
    /// Each step of an iterator, flat part; bytes are charged as reads.
    pub const ITERATOR_NEXT_FLAT: Gas = 30;
}

/// A charge went past the limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("out of gas in location: {location}; gasWanted: {limit}, gasUsed: {used}: out of gas")]
pub struct OutOfGas {
    /// What was being charged for, in the words of the SDK (e.g. `ReadFlat`).
    pub location: &'static str,
    /// The limit.
    pub limit: Gas,
    /// Consumed, the refused charge included.
    pub used: Gas,
}

/// Counts gas against a limit. Clones are handles to the same counter, because the contract VM's
/// callbacks must own theirs. `used` may pass `limit` by the one charge that was refused.
#[derive(Clone, Debug)]
pub struct GasMeter {
    limit: Gas,
    used: Arc<AtomicU64>,
}

impl GasMeter {
    /// A meter with nothing consumed.
    pub fn new(limit: Gas) -> Self {
        Self { limit, used: Arc::new(AtomicU64::new(0)) }
    }

    /// A meter that never refuses (genesis, begin and end of block).
    pub fn unlimited() -> Self {
        Self::new(Gas::MAX)
    }

    /// Consumes `amount`, or refuses when the limit is passed.
    pub fn charge(&self, amount: Gas, location: &'static str) -> Result<(), OutOfGas> {
        let used = self.used().saturating_add(amount);
        self.used.store(used, Ordering::Relaxed);
        if used > self.limit {
            return Err(OutOfGas { location, limit: self.limit, used });
        }
        Ok(())
    }

    /// Gas consumed so far.
    pub fn used(&self) -> Gas {
        self.used.load(Ordering::Relaxed)
    }

    /// The limit.
    pub const fn limit(&self) -> Gas {
        self.limit
    }

    /// Gas left; zero once the limit is passed.
    pub fn remaining(&self) -> Gas {
        self.limit.saturating_sub(self.used())
    }
}

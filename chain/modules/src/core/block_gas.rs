//! Gas that the block used before a transaction.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::Gas;

/// Gas that the block used before a transaction, which wasmd also takes for the position of the transaction
/// in the block. Remembers whether somebody asked for that: whoever executes a transaction before its turn
/// does not know it yet. Clones are handles to the same.
#[derive(Clone, Debug, Default)]
pub struct BlockGas {
    used: Gas,
    position_was_asked: Arc<AtomicBool>,
}

impl BlockGas {
    /// So much was used.
    pub fn new(used: Gas) -> Self {
        Self { used, position_was_asked: Arc::default() }
    }

    /// What was used, to compare with limits.
    pub const fn used(&self) -> Gas {
        self.used
    }

    /// The same as a position, which may enter the state.
    pub fn position(&self) -> Gas {
        self.position_was_asked.store(true, Ordering::Relaxed);
        self.used
    }

    /// Whether anything depends on the position.
    pub fn position_was_asked(&self) -> bool {
        self.position_was_asked.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_position_is_noticed_and_by_every_handle() {
        let gas = BlockGas::new(7);
        let handle = gas.clone();
        assert_eq!((handle.used(), gas.position_was_asked()), (7, false));
        assert_eq!((handle.position(), gas.position_was_asked()), (7, true));
    }
}

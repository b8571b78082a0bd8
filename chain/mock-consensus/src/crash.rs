//! Crashes at every step of a block.

use crate::{MockChain, MockError};

/// The step of a block after which the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashPoint {
    /// Consensus has decided the block; the application has not seen it.
    BeforeFinalize,
    /// The block is executed and not committed.
    AfterFinalize,
    /// The block is committed; consensus does not know.
    AfterCommit,
}

impl CrashPoint {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::BeforeFinalize, Self::AfterFinalize, Self::AfterCommit];
}

impl MockChain {
    /// The process dies between two blocks and starts again.
    pub fn crash_and_reopen(&mut self) -> Result<(), MockError> {
        self.crash();
        self.reopen()
    }

    /// The state is lost, and every block is executed again. Fails where one leads to another root.
    pub fn forget_and_replay(&mut self) -> Result<(), MockError> {
        self.crash();
        self.forget()?;
        self.reopen()
    }

    /// Decides a block, dies at `point` and starts again: consensus replays what the application lacks.
    /// Fails if the block then leads to another root than it did before.
    pub fn crash_in_block(
        &mut self,
        txs: Vec<Vec<u8>>,
        point: CrashPoint,
    ) -> Result<(), MockError> {
        let block = self.decide(txs);
        if point != CrashPoint::BeforeFinalize {
            let result = self.app()?.finalize_block(&block)?;
            self.record(result.app_hash)?;
        }
        if point == CrashPoint::AfterCommit {
            self.app()?.commit()?;
        }
        self.crash_and_reopen()
    }
}

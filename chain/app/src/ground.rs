//! What the next block stands on.

use stoa_modules::{BlockInfo, Context, ExecMode, GasMeter};
use stoa_store::Overlay;

use crate::{
    app::{App, Consensus},
    block::{Note, context},
    error::AppError,
    limits::{self, BlockLimits},
};

/// The last commit, or the genesis before the first block.
pub(crate) struct Ground {
    /// Its state; what is written here is nobody else's.
    pub(crate) overlay: Overlay,
    /// The block that follows, with the time of the one before.
    pub(crate) block: BlockInfo,
    /// Whether the block that follows is the first.
    pub(crate) is_first: bool,
}

impl Ground {
    /// The limits of the block that follows.
    pub(crate) fn limits(&self) -> Result<BlockLimits, AppError> {
        limits::pending(&self.overlay)
    }

    /// Whether the block that follows begins with the votes for the one before.
    pub(crate) fn has_votes(&self) -> Result<bool, AppError> {
        let voted = self.block.height.saturating_sub(1);
        Ok(!self.is_first && self.limits()?.extends_votes(voted))
    }

    /// For reading.
    pub(crate) fn context(&self) -> Context {
        let (block, overlay) = (self.block.clone(), self.overlay.clone());
        context(block, ExecMode::Query, GasMeter::unlimited(), overlay)
    }
}

impl App {
    /// What the next block stands on, for questions of consensus before it is decided.
    pub(crate) fn next(&self) -> Result<Ground, AppError> {
        let consensus = self.consensus()?;
        self.ground(&consensus)
    }

    pub(crate) fn ground(&self, consensus: &Consensus) -> Result<Ground, AppError> {
        if let Some(genesis) = &consensus.genesis {
            let (overlay, block) = (genesis.overlay.fork()?, genesis.block.clone());
            return Ok(Ground { overlay, block, is_first: true });
        }
        let record = self.database.latest()?.ok_or(AppError::NoGenesis)?;
        let block = Note::decode(record.height, &record.note)?.block(record.height + 1);
        let overlay = Overlay::new(self.database.snapshot()?);
        Ok(Ground { overlay, block, is_first: false })
    }
}

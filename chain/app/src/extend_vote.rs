//! What this validator's votes carry, and what it accepts in those of others.

use stoa_modules::{ModuleError, beacon, validators::ConsensusAddress};

use crate::{app::App, error::AppError};

impl App {
    /// The extension of this validator's vote for the block that is being decided: the same for every
    /// round and after a restart. Empty on a node without a seed.
    pub fn extend_vote(&self) -> Result<Vec<u8>, AppError> {
        let Some(contributor) = &self.contributor else { return Ok(Vec::new()) };
        contributor.extension(&self.next()?.context()).map_err(AppError::Beacon)
    }

    /// Whether the extension of another validator's vote is acceptable. Consensus drops the whole vote
    /// otherwise, so only what no honest node sends is refused: see `beacon::action::check`.
    pub fn verify_vote_extension(
        &self,
        validator: &ConsensusAddress,
        extension: &[u8],
    ) -> Result<bool, AppError> {
        let ctx = self.next()?.context();
        match beacon::action::check(&ctx, validator, ctx.block.height, extension) {
            Ok(()) => Ok(true),
            Err(ModuleError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%validator, %error, "a vote extension is refused");
                Ok(false)
            }
        }
    }
}

//! Halting on a state that contradicts itself.

use stoa_modules::{
    Context,
    invariants::{self, MAX_ENTRIES_PER_RUN, Outcome},
};

use crate::{app::App, error::AppError};

impl App {
    /// Looks at the invariants if they are due in the block of `ctx`.
    pub(crate) fn check_invariants(&self, ctx: &Context) -> Result<(), AppError> {
        if !invariants::are_due(ctx).map_err(AppError::AroundBlock)? {
            return Ok(());
        }
        self.require_invariants(ctx, MAX_ENTRIES_PER_RUN)
    }

    /// Halts if an invariant does not hold; reads at most `limit` records.
    pub(crate) fn require_invariants(&self, ctx: &Context, limit: usize) -> Result<(), AppError> {
        let outcome = self.modules.check_invariants(ctx, limit).map_err(AppError::AroundBlock)?;
        match outcome {
            Outcome::Held => tracing::info!(height = ctx.block.height, "all invariants hold"),
            Outcome::Unfinished { name } => {
                tracing::warn!(name, limit, "the state is too large to look at all invariants");
            }
            Outcome::Broken { name, detail } => return Err(AppError::Invariant { name, detail }),
        }
        Ok(())
    }
}

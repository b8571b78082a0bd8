//! What a back end does.

use crate::EngineError;

/// Runs tokens through the model and keeps their keys and values.
pub trait Executor: Send {
    /// Runs `ids` at `position..`, overwriting what was cached from there on.
    ///
    /// Returns the integer logits after every id when `logits` is set, nothing otherwise. How many ids come in
    /// one call cannot change a bit.
    fn run(
        &mut self,
        position: u32,
        ids: &[u32],
        logits: bool,
    ) -> Result<Vec<Vec<i32>>, EngineError>;
}

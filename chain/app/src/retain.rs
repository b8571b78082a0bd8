//! Which blocks consensus may delete.

use crate::{app::App, error::AppError, limits, snapshot::Schedule};

/// What keeps blocks from being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Needs {
    /// What the operator wants to keep; zero for all.
    min_retain_blocks: u64,
    /// How long evidence against validators counts; zero for no limit.
    evidence_blocks: u64,
    /// What a node that restores a snapshot of this one fetches.
    snapshots: Schedule,
}

impl App {
    /// The first block that consensus must keep after the last commit; zero for all.
    pub(crate) fn retain_height(&self) -> Result<u64, AppError> {
        if self.min_retain_blocks == 0 {
            return Ok(0);
        }
        let params = limits::committed_params(&*self.database.snapshot()?)?;
        let evidence = params.evidence.unwrap_or_default();
        let needs = Needs {
            min_retain_blocks: self.min_retain_blocks,
            evidence_blocks: u64::try_from(evidence.max_age_num_blocks).unwrap_or(0),
            snapshots: self.snapshots.schedule(),
        };
        Ok(retain_height(self.info()?.height, needs))
    }
}

/// The rule of the Cosmos SDK (`baseapp.GetBlockRetentionHeight`): the lowest of all needs.
fn retain_height(height: u64, needs: Needs) -> u64 {
    if needs.min_retain_blocks == 0 {
        return 0;
    }
    let kept =
        needs.min_retain_blocks.max(needs.evidence_blocks).max(needs.snapshots.blocks_needed());
    height.saturating_sub(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: Needs =
        Needs { min_retain_blocks: 10, evidence_blocks: 0, snapshots: Schedule::NEVER };

    #[test]
    fn blocks_are_kept_as_long_as_anybody_needs_them() {
        assert_eq!(retain_height(100, NEEDS), 90);
        assert_eq!(retain_height(100, Needs { evidence_blocks: 30, ..NEEDS }), 70);
        let snapshots = Schedule { interval: 20, keep_recent: 2 };
        assert_eq!(retain_height(100, Needs { snapshots, evidence_blocks: 30, ..NEEDS }), 60);
    }

    #[test]
    fn all_blocks_are_kept_while_the_chain_is_young_or_nobody_wants_otherwise() {
        assert_eq!(retain_height(10, NEEDS), 0);
        assert_eq!(retain_height(100, Needs { evidence_blocks: 100_000, ..NEEDS }), 0);
        assert_eq!(retain_height(100, Needs { min_retain_blocks: 0, ..NEEDS }), 0);
    }
}

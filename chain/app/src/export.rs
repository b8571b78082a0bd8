//! The state as a genesis, from which a chain goes on or begins anew.
//!
//! Purpose: leave a chain with everything that its users have: `stoad export`.
//! Place: the other side of [`crate::InitChain`]; the file around it is the node's.
//! Invariants: exporting what was made from an export gives the same export; nothing is written.

use serde_json::Value;
use stoa_modules::{
    BlockInfo, ExecMode, GasMeter, consensus,
    router::Continuation,
    validators::{self, Validator},
};
use stoa_store::Overlay;
use tendermint_proto::v0_38::{abci::ValidatorUpdate, types::ConsensusParams};

use crate::{
    app::App,
    block::{Note, context},
    error::AppError,
    ground::Ground,
    init_chain::InitChain,
};

/// What a chain begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The chain that it is the state of.
    pub chain_id: String,
    /// Time of the exported block in nanoseconds since the Unix epoch: the new chain's time does not go
    /// back.
    pub time_nanos: u64,
    /// Height of the first block.
    pub initial_height: u64,
    /// Consensus parameters.
    pub consensus_params: ConsensusParams,
    /// The last set of validators that was decided.
    pub validators: Vec<ValidatorUpdate>,
    /// One section a module.
    pub app_state: Value,
}

impl App {
    /// The state after `height`, or after the last block; before the first block the genesis itself.
    pub fn export(
        &self,
        height: Option<u64>,
        continuation: Continuation,
    ) -> Result<Exported, AppError> {
        if let Some(Ground { overlay, block, is_first: true, .. }) = self.pending(height)? {
            let first = block.height;
            return self.export_of(overlay, block, first, continuation);
        }
        let height = match height {
            Some(height) => height,
            None => self.database.latest()?.ok_or(AppError::NoGenesis)?.height,
        };
        let (record, snapshot) = self.database.at(height)?;
        let block = Note::decode(height, &record.note)?.block(height);
        self.export_of(Overlay::new(snapshot), block, height.saturating_add(1), continuation)
    }

    /// The genesis, while no block is committed.
    fn pending(&self, height: Option<u64>) -> Result<Option<Ground>, AppError> {
        match height {
            None if self.database.latest()?.is_none() => self.next().map(Some),
            _ => Ok(None),
        }
    }

    fn export_of(
        &self,
        overlay: Overlay,
        block: BlockInfo,
        next_height: u64,
        continuation: Continuation,
    ) -> Result<Exported, AppError> {
        let (chain_id, time_nanos) = (block.chain_id.clone(), block.time_nanos);
        let ctx = context(block, ExecMode::Query, GasMeter::unlimited(), overlay);
        self.require_invariants(&ctx, usize::MAX)?;
        let consensus_params = consensus::params(&ctx).map_err(AppError::Export)?;
        let validators = validators::latest(&ctx).map_err(AppError::Export)?;
        let validators = validators.iter().map(Validator::to_update).collect();
        let app_state =
            self.modules.export_genesis(&ctx, continuation).map_err(AppError::Export)?;
        let initial_height = match continuation {
            Continuation::NextHeight => next_height,
            Continuation::ZeroHeight => 1,
        };
        Ok(Exported {
            chain_id,
            time_nanos,
            initial_height,
            consensus_params,
            validators,
            app_state,
        })
    }
}

impl From<Exported> for InitChain {
    fn from(exported: Exported) -> Self {
        Self {
            chain_id: exported.chain_id,
            time_nanos: exported.time_nanos,
            initial_height: exported.initial_height,
            consensus_params: exported.consensus_params,
            validators: exported.validators,
            app_state: exported.app_state.to_string().into_bytes(),
        }
    }
}

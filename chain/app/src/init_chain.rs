//! The state before the first block.

use sha2::{Digest as _, Sha256};
use stoa_modules::{BlockInfo, ExecMode, GasMeter, consensus, validators};
use stoa_store::{EmptySnapshot, FailPoint, Overlay, Root};
use tendermint_proto::v0_38::{abci::ValidatorUpdate, types::ConsensusParams};

use std::sync::Arc;

use crate::{
    app::{App, CheckState, Genesis},
    block::context,
    chain_id,
    error::AppError,
    limits::BlockLimits,
};

/// The genesis file as consensus hands it over.
#[derive(Clone, Debug, Default)]
pub struct InitChain {
    /// Chain id.
    pub chain_id: String,
    /// Genesis time in nanoseconds since the Unix epoch.
    pub time_nanos: u64,
    /// Height of the first block.
    pub initial_height: u64,
    /// Limits of a block.
    pub consensus_params: ConsensusParams,
    /// The first validators.
    pub validators: Vec<ValidatorUpdate>,
    /// JSON object with one section a module.
    pub app_state: Vec<u8>,
}

impl App {
    /// Builds the first state. Nothing is written before the first block is committed; until then the
    /// call may be repeated. Returns what the header of the first block says of the state before it: the
    /// hash of nothing, as Cosmos SDK chains do, for nothing is committed.
    pub fn init_chain(&self, request: InitChain) -> Result<Root, AppError> {
        let app_state: serde_json::Value = serde_json::from_slice(&request.app_state)?;
        let overlay = Overlay::new(Arc::new(EmptySnapshot));
        let block = BlockInfo {
            height: request.initial_height,
            time_nanos: request.time_nanos,
            chain_id: request.chain_id,
        };
        // Whoever begins with a genesis does not take a snapshot any more.
        *self.restore()? = None;
        chain_id::save(&overlay, &block.chain_id)?;
        let mut ctx =
            context(block.clone(), ExecMode::Deliver, GasMeter::unlimited(), overlay.clone());
        consensus::init_genesis(&ctx, &request.consensus_params).map_err(AppError::Genesis)?;
        validators::init_genesis(&ctx, &request.validators).map_err(AppError::Genesis)?;
        self.modules.init_genesis(&mut ctx, &app_state).map_err(AppError::Genesis)?;

        let mut consensus = self.consensus()?;
        let limits = BlockLimits::from(&request.consensus_params);
        *self.mempool()? = Some(CheckState::new(overlay.clone(), block.clone(), limits)?);
        consensus.genesis = Some(Genesis { overlay, block });
        consensus.finalized = None;
        FailPoint::GenesisBuilt.reach();
        Ok(Sha256::digest([]).into())
    }
}

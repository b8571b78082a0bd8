//! A decided block becomes results and a root.

use std::sync::PoisonError;

use stoa_modules::{
    BlockInfo, Context, Event, ExecMode, GasMeter, consensus, privilege::Moment,
    validators::Validator,
};
use stoa_store::FailPoint;
use tendermint_proto::v0_38::types::ConsensusParams;

use crate::{
    app::{App, Finalized},
    block::{Block, BlockResult, Note, TxResult, context},
    error::AppError,
    fold_votes::fold_votes,
    ground::Ground,
    transactions::Transactions,
};

/// What a block did, before its root is known.
struct Executed {
    events: Vec<Event>,
    tx_results: Vec<TxResult>,
    validator_updates: Vec<Validator>,
    consensus_params: Option<ConsensusParams>,
}

impl App {
    /// Executes a decided block on top of the last commit. Nothing is written: [`App::commit`] does
    /// that, and the block may be finalized again before (consensus repeats it after its own crash).
    pub fn finalize_block(&self, block: &Block) -> Result<BlockResult, AppError> {
        FailPoint::FinalizeBegun.reach();
        let mut consensus = self.consensus()?;
        let ground = self.ground(&consensus)?;
        check_height(ground.block.height, block.height)?;
        let note = Note { time_nanos: block.time_nanos, chain_id: ground.block.chain_id.clone() };
        let info = note.clone().block(block.height);
        let executed = self.execute(&ground, &info, block)?;
        let changes = ground.overlay.take_changes()?;
        let staged = self.database.stage(block.height, changes, note.encode())?;
        FailPoint::Staged.reach();
        let app_hash = staged.app_hash();
        consensus.finalized = Some(Finalized { staged, block: info });
        let Executed { events, tx_results, validator_updates, consensus_params } = executed;
        Ok(BlockResult { events, tx_results, validator_updates, consensus_params, app_hash })
    }

    /// In order: the upgrade that is due, votes for the block before, begin of block with its contracts,
    /// transactions, contracts of the end of block and the end itself, invariants.
    fn execute(
        &self,
        ground: &Ground,
        info: &BlockInfo,
        block: &Block,
    ) -> Result<Executed, AppError> {
        let gas = GasMeter::unlimited();
        let mut ctx = context(info.clone(), ExecMode::Deliver, gas, ground.overlay.clone());
        // As consensus has them for this block; what the block changes counts from the next one on.
        let (limits, has_votes) = (ground.limits()?, ground.has_votes()?);
        self.preblock(&mut ctx)?;
        let mut events = std::mem::take(&mut ctx.events);
        let params_before = consensus::params(&ctx).map_err(AppError::AroundBlock)?;

        let (element, txs) = match has_votes {
            true => (Some(block.txs.first()), block.txs.get(1..).unwrap_or_default()),
            false => (None, block.txs.as_slice()),
        };
        let mut tx_results = Vec::with_capacity(block.txs.len());
        if let Some(element) = element {
            let bytes = element.map(Vec::as_slice).unwrap_or_default();
            let result = fold_votes(&ground.overlay, info, bytes)?;
            // A block without any element has no place for a result.
            tx_results.extend(element.map(|_| result));
        }
        let infractions = self
            .modules
            .begin_block(&mut ctx, &block.votes, &block.misbehaviours)
            .map_err(AppError::AroundBlock)?;
        self.call_contracts(&mut ctx, Moment::Begin, &infractions)?;
        events.extend(take_events(&mut ctx, "BeginBlock"));
        FailPoint::BlockBegun.reach();

        let block = Transactions {
            modules: &self.modules,
            ante: &self.ante,
            verified: &self.verified,
            overlay: &ctx.overlay,
            block: info,
            limits,
        };
        let tally = block.deliver(txs, &self.execution, &mut tx_results)?;
        tracing::debug!(txs = txs.len(), ?tally, "transactions executed");
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).add(tally);

        self.call_contracts(&mut ctx, Moment::End, &[])?;
        let validator_updates = self.modules.end_block(&mut ctx).map_err(AppError::AroundBlock)?;
        events.extend(take_events(&mut ctx, "EndBlock"));
        self.check_invariants(&ctx)?;
        FailPoint::BlockEnded.reach();
        let params = consensus::params(&ctx).map_err(AppError::AroundBlock)?;
        let consensus_params = (params != params_before).then_some(params);
        Ok(Executed { events, tx_results, validator_updates, consensus_params })
    }
}

/// The events so far, marked with when in the block they happened, as the SDK marks them.
fn take_events(ctx: &mut Context, mode: &str) -> Vec<Event> {
    let events = std::mem::take(&mut ctx.events);
    events.into_iter().map(|event| event.with("mode", mode)).collect()
}

fn check_height(expected: u64, actual: u64) -> Result<(), AppError> {
    if expected == actual { Ok(()) } else { Err(AppError::UnexpectedHeight { expected, actual }) }
}

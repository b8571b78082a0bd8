//! A decided block becomes results and a root.

use stoa_modules::{BlockInfo, ExecMode, Gas, GasMeter};

use crate::{
    ahead::Ahead,
    app::{App, Finalized},
    block::{Block, BlockResult, Note, TxResult, context},
    deliver::{Ran, TxRun},
    error::AppError,
    fold_votes::fold_votes,
    ground::Ground,
};

impl App {
    /// Executes a decided block on top of the last commit. Nothing is written: [`App::commit`] does
    /// that, and the block may be finalized again before (consensus repeats it after its own crash).
    pub fn finalize_block(&self, block: &Block) -> Result<BlockResult, AppError> {
        let mut consensus = self.consensus()?;
        let ground = self.ground(&consensus)?;
        check_height(ground.block.height, block.height)?;
        let note = Note { time_nanos: block.time_nanos, chain_id: ground.block.chain_id.clone() };
        let info = note.clone().block(block.height);
        let tx_results = self.execute(&ground, &info, &block.txs)?;
        let changes = ground.overlay.take_changes()?;
        let staged = self.database.stage(block.height, changes, note.encode())?;
        let app_hash = staged.app_hash();
        consensus.finalized = Some(Finalized { staged, block: info });
        Ok(BlockResult { tx_results, app_hash })
    }

    fn execute(
        &self,
        ground: &Ground,
        block: &BlockInfo,
        txs: &[Vec<u8>],
    ) -> Result<Vec<TxResult>, AppError> {
        let overlay = &ground.overlay;
        let limits = ground.limits()?;
        let mut block_gas_used: Gas = 0;
        let mut results = Vec::with_capacity(txs.len());
        let mut txs = txs.iter();
        if ground.has_votes()? {
            let element = txs.next().map(Vec::as_slice);
            let result = fold_votes(overlay, block, element.unwrap_or_default())?;
            // A block without any element has no place for a result.
            results.extend(element.map(|_| result));
        }
        let gas = GasMeter::unlimited();
        let mut ctx = context(block.clone(), ExecMode::Deliver, gas, overlay.clone());
        self.modules.begin_block(&mut ctx).map_err(AppError::AroundBlock)?;
        let (modules, verified) = (&self.modules, &self.verified);
        let ahead = Ahead { modules, verified, block, base: ground.base.clone() };
        ahead.each(txs.as_slice(), |tx| {
            let run = TxRun {
                modules,
                ante: &self.ante,
                verified,
                overlay,
                block,
                mode: ExecMode::Deliver,
                limits,
                block_gas_used,
            };
            let Ran { result, block_gas } = run.run_read(tx)?;
            block_gas_used = block_gas_used.saturating_add(block_gas);
            results.push(result);
            Ok::<(), AppError>(())
        })?;
        self.modules.end_block(&mut ctx).map_err(AppError::AroundBlock)?;
        Ok(results)
    }
}

fn check_height(expected: u64, actual: u64) -> Result<(), AppError> {
    if expected == actual { Ok(()) } else { Err(AppError::UnexpectedHeight { expected, actual }) }
}

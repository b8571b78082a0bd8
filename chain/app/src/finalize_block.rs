//! A decided block becomes results and a root.

use stoa_modules::{BlockInfo, ExecMode, Gas, GasMeter};
use stoa_store::Overlay;

use crate::{
    app::{App, Consensus, Finalized},
    block::{Block, BlockResult, Note, TxResult, context},
    deliver::{Ran, TxRun},
    error::AppError,
    limits,
};

impl App {
    /// Executes a decided block on top of the last commit. Nothing is written: [`App::commit`] does
    /// that, and the block may be finalized again before (consensus repeats it after its own crash).
    pub fn finalize_block(&self, block: &Block) -> Result<BlockResult, AppError> {
        let mut consensus = self.consensus()?;
        let (overlay, chain_id) = self.ground(&consensus, block.height)?;
        let note = Note { time_nanos: block.time_nanos, chain_id };
        let info = note.clone().block(block.height);
        let tx_results = self.execute(&overlay, &info, &block.txs)?;
        let staged = self.database.stage(block.height, overlay.take_changes()?, note.encode())?;
        let app_hash = staged.app_hash();
        consensus.finalized = Some(Finalized { staged, block: info });
        Ok(BlockResult { tx_results, app_hash })
    }

    /// What a block stands on: the last commit, or the genesis for the first block.
    fn ground(&self, consensus: &Consensus, height: u64) -> Result<(Overlay, String), AppError> {
        if let Some(genesis) = &consensus.genesis {
            check_height(genesis.initial_height, height)?;
            return Ok((genesis.overlay.fork()?, genesis.chain_id.clone()));
        }
        let record = self.database.latest()?.ok_or(AppError::NoGenesis)?;
        check_height(record.height + 1, height)?;
        Ok((self.overlay()?, Note::decode(record.height, &record.note)?.chain_id))
    }

    fn execute(
        &self,
        overlay: &Overlay,
        block: &BlockInfo,
        txs: &[Vec<u8>],
    ) -> Result<Vec<TxResult>, AppError> {
        let gas = GasMeter::unlimited();
        let mut ctx = context(block.clone(), ExecMode::Deliver, gas, overlay.clone());
        self.modules.begin_block(&mut ctx).map_err(AppError::AroundBlock)?;
        let limits = limits::pending(overlay)?;
        let mut block_gas_used: Gas = 0;
        let mut results = Vec::with_capacity(txs.len());
        for bytes in txs {
            let run = TxRun {
                modules: &self.modules,
                ante: &self.ante,
                overlay,
                block,
                mode: ExecMode::Deliver,
                limits,
                block_gas_used,
            };
            let Ran { result, block_gas } = run.run(bytes)?;
            block_gas_used = block_gas_used.saturating_add(block_gas);
            results.push(result);
        }
        self.modules.end_block(&mut ctx).map_err(AppError::AroundBlock)?;
        Ok(results)
    }
}

fn check_height(expected: u64, actual: u64) -> Result<(), AppError> {
    if expected == actual { Ok(()) } else { Err(AppError::UnexpectedHeight { expected, actual }) }
}

//! A decided block becomes results and a root.

use stoa_modules::{BlockInfo, ExecMode, Gas};

use crate::{
    app::{App, Finalized},
    block::{Block, BlockResult, Note, TxResult},
    deliver::TxRun,
    error::{AppError, Refusal, sdk_code},
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
        let mut gas_left = ground.limits()?.max_gas;
        let mut results = Vec::with_capacity(txs.len());
        let mut txs = (0u32..).zip(txs);
        if ground.has_votes()? {
            let first = txs.next();
            let element = first.map(|(_, element)| element.as_slice());
            let result = fold_votes(overlay, block, element.unwrap_or_default())?;
            // A block without any element has no place for a result.
            results.extend(element.map(|_| result));
        }
        for (index, bytes) in txs {
            let run = TxRun {
                modules: &self.modules,
                ante: &self.ante,
                overlay,
                block,
                mode: ExecMode::Deliver,
                tx_index: Some(index),
                max_gas: gas_left,
            };
            let result = run.run(bytes)?;
            // The one refused charge of a transaction without gas is not the block's.
            gas_left = gas_left.saturating_sub(result.gas_used.min(result.gas_wanted));
            results.push(result);
        }
        Ok(results)
    }
}

/// The refusal of a transaction that wants more gas than the block has left.
pub(crate) fn no_block_gas(wanted: Gas, left: Gas) -> Refusal {
    let log = format!("no block gas left to run tx, wanted {wanted}, left {left}: out of gas");
    Refusal::sdk(sdk_code::OUT_OF_GAS, log)
}

fn check_height(expected: u64, actual: u64) -> Result<(), AppError> {
    if expected == actual { Ok(()) } else { Err(AppError::UnexpectedHeight { expected, actual }) }
}

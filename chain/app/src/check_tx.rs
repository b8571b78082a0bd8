//! Admission to the mempool.

use stoa_modules::{ExecMode, core::BlockCode};

use crate::{
    app::App,
    block::TxResult,
    deliver::TxRun,
    error::{Refusal, sdk_code},
};

impl App {
    /// Whether a transaction may enter the mempool, or `is_recheck` stay there after a block. Admitted
    /// ones see one another's sequences and fees. A failure of this node is answered, never raised.
    pub fn check_tx(&self, bytes: &[u8], is_recheck: bool) -> TxResult {
        let mempool = match self.mempool() {
            Ok(mempool) => mempool,
            Err(error) => return TxResult::refused(Refusal::internal(&error), 0, 0),
        };
        let Some(state) = mempool.as_ref() else {
            let log = "the chain has not begun: invalid request";
            return TxResult::refused(Refusal::sdk(sdk_code::INVALID_REQUEST, log), 0, 0);
        };
        let run = TxRun {
            modules: &self.modules,
            ante: &self.ante,
            overlay: &state.overlay,
            block: &state.block,
            mode: if is_recheck { ExecMode::Recheck } else { ExecMode::Check },
            limits: state.limits,
            block_gas_used: 0,
            block_code: BlockCode::default(),
        };
        match run.run(bytes) {
            Ok(ran) => ran.result,
            Err(error) => TxResult::refused(Refusal::internal(&error), 0, 0),
        }
    }
}

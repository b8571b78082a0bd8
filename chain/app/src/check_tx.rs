//! Admission to the mempool.

use stoa_modules::{
    Context, ExecMode, GasMeter,
    auth::{self, AccAddress},
    core::{BlockCode, BlockGas},
};

use crate::{
    ante,
    app::{App, CheckState},
    block::{TxResult, context},
    contain::caught,
    deliver::{self, ReadTx, TxRun},
    error::{Refusal, sdk_code},
    tx::Tx,
};

/// Most transactions of one signer in the mempool: a tenth of what CometBFT's holds by default, so that
/// nobody fills it alone.
pub const MAX_PENDING_PER_SIGNER: u64 = 500;

impl App {
    /// Whether a transaction may enter the mempool, or `is_recheck` stay there after a block. Admitted
    /// ones see one another's sequences and fees. A failure of this node is answered, never raised.
    pub fn check_tx(&self, bytes: &[u8], is_recheck: bool) -> TxResult {
        self.check_read(&deliver::decode(bytes), is_recheck)
    }

    /// The same for what was read before.
    pub(crate) fn check_read(&self, tx: &ReadTx, is_recheck: bool) -> TxResult {
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
            verified: &self.verified,
            overlay: &state.overlay,
            block: &state.block,
            mode: if is_recheck { ExecMode::Recheck } else { ExecMode::Check },
            limits: state.limits,
            block_gas: BlockGas::default(),
            block_code: BlockCode::default(),
        };
        // What was admitted before stays.
        if !is_recheck
            && let Ok(tx) = tx
            && let Err(refusal) = self.check_pending(state, tx)
        {
            return run.unread(refusal).result;
        }
        match run.run_read(tx) {
            Ok(ran) => ran.result,
            Err(error) => TxResult::refused(Refusal::internal(&error), 0, 0),
        }
    }

    /// Refuses a transaction whose signer has so many waiting already: the sequences of those lie between
    /// the last commit and this one.
    fn check_pending(&self, state: &CheckState, tx: &Tx) -> Result<(), Refusal> {
        // Who signs is checked, and refused, by the ante checks.
        let Ok(signers) = caught(|| ante::signers(&self.modules, tx)) else { return Ok(()) };
        for (signer, info) in signers.iter().zip(tx.signer_infos()) {
            let bound = sequence(&state.committed, signer)?.saturating_add(MAX_PENDING_PER_SIGNER);
            if info.sequence < bound {
                continue;
            }
            let (block, overlay) = (state.block.clone(), state.overlay.clone());
            let admitted = context(block, ExecMode::Query, GasMeter::unlimited(), overlay);
            // With any other sequence it is a mistake, and clients wait for the ante checks to name it.
            if info.sequence == sequence(&admitted, signer)? {
                let log = format!(
                    "{signer} has {MAX_PENDING_PER_SIGNER} transactions waiting: mempool is full"
                );
                return Err(Refusal::sdk(sdk_code::MEMPOOL_IS_FULL, log));
            }
        }
        Ok(())
    }
}

fn sequence(ctx: &Context, signer: &AccAddress) -> Result<u64, Refusal> {
    let account = caught(|| auth::account(ctx, signer))?;
    Ok(account.map_or(0, |account| account.sequence))
}

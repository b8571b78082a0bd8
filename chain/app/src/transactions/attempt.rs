//! One transaction, executed before its turn.

use std::panic::{AssertUnwindSafe, catch_unwind};

use stoa_modules::{
    Gas,
    core::{BlockCode, BlockGas, codespace},
};
use stoa_store::{Expected, Speculation, StoreError};

use super::Transactions;
use crate::{
    ante,
    deliver::{Ran, ReadTx},
    error::sdk_code,
    limits::BlockLimits,
};

/// What came of it.
pub(super) enum Attempt {
    /// It ran; what it did counts if everything that it saw is so in its turn.
    Done(Box<Done>),
    /// It must wait for another of its sender. Its signatures were verified meanwhile.
    Early,
    /// Nothing that could count.
    InVain,
}

/// A transaction that ran.
pub(super) struct Done {
    ran: Ran,
    speculation: Speculation,
    block_gas: BlockGas,
    code: BlockCode,
}

impl Attempt {
    /// Executes `tx` on top of what is settled and `expected`, with a fork of the block's `code`.
    pub(super) fn new(
        with: &Transactions<'_>,
        tx: &ReadTx,
        expected: Vec<Expected>,
        code: BlockCode,
    ) -> Self {
        let speculation = Speculation::new(with.overlay.clone(), expected);
        // How much the block has used is not known yet; its limit is looked at in the end.
        let block_gas = BlockGas::default();
        let run = with.run(speculation.overlay(), block_gas.clone(), code.clone());
        // Unwind safety: after a panic nothing of it is looked at again.
        let Ok(Ok(ran)) = catch_unwind(AssertUnwindSafe(|| run.run_read(tx))) else {
            return Self::InVain;
        };
        let result = &ran.result;
        if (result.codespace.as_str(), result.code) == (codespace::SDK, sdk_code::WRONG_SEQUENCE) {
            if let Ok(tx) = tx {
                let _ = catch_unwind(AssertUnwindSafe(|| {
                    ante::verify_ahead(with.modules, with.verified, &with.context(), tx);
                }));
            }
            return Self::Early;
        }
        Self::Done(Box::new(Done { ran, speculation, block_gas, code }))
    }

    /// Whether it came before another of its sender.
    pub(super) const fn is_early(&self) -> bool {
        matches!(self, Self::Early)
    }

    /// Lets it take effect, if executing it now would do the same. `block_gas_used` and `code` are those of
    /// the transactions before.
    pub(super) fn settle(
        self,
        block_gas_used: Gas,
        limits: &BlockLimits,
        code: &BlockCode,
    ) -> Result<Option<Ran>, StoreError> {
        let Self::Done(done) = self else { return Ok(None) };
        let Done { ran, speculation, block_gas, code: claimed } = *done;
        let has_room = block_gas_used < limits.max_gas
            && block_gas_used.saturating_add(ran.block_gas) <= limits.max_gas;
        if !has_room || block_gas.position_was_asked() || !code.agrees_with(&claimed) {
            return Ok(None);
        }
        if !speculation.settle()? {
            return Ok(None);
        }
        code.adopt(&claimed);
        Ok(Some(ran))
    }
}

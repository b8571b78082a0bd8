//! The transactions of a block, on as many cores as there are.
//!
//! Each takes effect in its *turn*, after all that stand before it. Meanwhile other cores execute some of
//! those that follow on top of what is settled so far: if a transaction saw nothing that was different when
//! its turn came, what it did counts, and otherwise it is executed again. So results are those of one core;
//! only their time differs.
//!
//! Every transaction counts itself and pays the fee collector; what they will find there when their turn comes
//! is [forecast](forecast) from the fees that they offer.

mod attempt;
mod forecast;
mod turns;

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use stoa_modules::{
    BlockInfo, Context, ExecMode, Gas, GasMeter,
    core::{BlockCode, BlockGas},
    router::Modules,
};
use stoa_store::{FailPoint, Overlay};

use crate::{
    ante::{AnteParams, Verified},
    block::{TxResult, context},
    deliver::{self, Ran, ReadTx, TxRun},
    error::AppError,
    helpers::Helpers,
    limits::BlockLimits,
};
use attempt::Attempt;
use forecast::{Forecast, Standing};
pub use turns::Tally;
use turns::{Turn, Turns};

/// Most cores that execute a block.
pub const MAX_CORES: usize = 16;

/// Transactions that one core reads at a time.
const PART: usize = 32;

/// How many cores are used if an operator `wants` so many.
pub(crate) fn cores(wanted: Option<NonZeroUsize>) -> NonZeroUsize {
    let all = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let cores = wanted.unwrap_or_else(all).get().min(MAX_CORES);
    NonZeroUsize::new(cores).unwrap_or(NonZeroUsize::MIN)
}

/// What the transactions of a block run with.
#[derive(Clone, Copy)]
pub(crate) struct Transactions<'a> {
    pub(crate) modules: &'a Modules,
    pub(crate) ante: &'a AnteParams,
    pub(crate) verified: &'a Verified,
    /// The state of the block.
    pub(crate) overlay: &'a Overlay,
    pub(crate) block: &'a BlockInfo,
    pub(crate) limits: BlockLimits,
}

/// A block that is being executed.
struct Execution<'a> {
    with: Transactions<'a>,
    txs: &'a [ReadTx],
    forecast: Forecast,
    standing: Mutex<Standing>,
    turns: Turns<Attempt>,
    /// Code that the transactions have loaded which had their turn.
    code: BlockCode,
}

impl Transactions<'_> {
    /// Executes `txs` in their order and adds a result for each.
    pub(crate) fn deliver(
        self,
        txs: &[Vec<u8>],
        helpers: &Helpers,
        results: &mut Vec<TxResult>,
    ) -> Result<Tally, AppError> {
        let txs = read(txs, helpers);
        let cores = helpers.cores().min(txs.len());
        let forecast = Forecast::new(&txs);
        let standing = Mutex::new(self.standing(&forecast, &self.context(), 0)?);
        let turns = Turns::new(txs.len(), cores);
        let code = BlockCode::default();
        let execution = Execution { with: self, txs: &txs, forecast, standing, turns, code };
        let take_turns = || {
            let ended = execution.take_turns(results);
            execution.turns.end();
            ended
        };
        let most_helpers = cores.saturating_sub(1);
        helpers.with(most_helpers, || execution.work_ahead(), take_turns)?;
        Ok(execution.turns.tally())
    }

    /// Where the block stands in `turn`, as `ctx` sees it.
    fn standing(
        &self,
        forecast: &Forecast,
        ctx: &Context,
        turn: usize,
    ) -> Result<Standing, AppError> {
        forecast.standing(ctx, turn).map_err(AppError::AroundBlock)
    }

    fn context(&self) -> Context {
        let gas = GasMeter::unlimited();
        context(self.block.clone(), ExecMode::Query, gas, self.overlay.clone())
    }

    /// For one transaction, on top of `overlay`.
    fn run<'a>(&'a self, overlay: &'a Overlay, block_gas: BlockGas, code: BlockCode) -> TxRun<'a> {
        TxRun {
            modules: self.modules,
            ante: self.ante,
            verified: self.verified,
            overlay,
            block: self.block,
            mode: ExecMode::Deliver,
            limits: self.limits,
            block_gas,
            block_code: code,
        }
    }
}

impl Execution<'_> {
    /// Gives every transaction its turn.
    fn take_turns(&self, results: &mut Vec<TxResult>) -> Result<(), AppError> {
        let (ctx, mut block_gas_used) = (self.with.context(), 0);
        for (turn, tx) in self.txs.iter().enumerate() {
            FailPoint::TxBegun.reach();
            let Ran { result, block_gas } = self.take_turn(turn, tx, block_gas_used)?;
            block_gas_used = block_gas_used.saturating_add(block_gas);
            results.push(result);
            let standing = self.with.standing(&self.forecast, &ctx, turn + 1)?;
            *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
            FailPoint::TxEnded.reach();
        }
        Ok(())
    }

    fn take_turn(&self, turn: usize, tx: &ReadTx, block_gas_used: Gas) -> Result<Ran, AppError> {
        loop {
            match self.turns.take(turn) {
                Turn::Free => break,
                Turn::Ahead(place) => self.turns.put(place, self.attempt(place)),
                Turn::Tried(attempt) => {
                    let is_early = attempt.is_early();
                    if let Some(ran) =
                        attempt.settle(block_gas_used, &self.with.limits, &self.code)?
                    {
                        self.turns.was_of_use();
                        return Ok(ran);
                    }
                    if !is_early {
                        self.turns.was_in_vain();
                    }
                    break;
                }
            }
        }
        let block_gas = BlockGas::new(block_gas_used);
        Ok(self.with.run(self.with.overlay, block_gas, self.code.clone()).run_read(tx)?)
    }

    /// Executes transactions before their turn until none is left.
    fn work_ahead(&self) {
        while let Some(place) = self.turns.claim() {
            self.turns.put(place, self.attempt(place));
        }
    }

    fn attempt(&self, place: usize) -> Attempt {
        let standing = *self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tx) = self.txs.get(place) else { return Attempt::InVain };
        let expected = self.forecast.expected(self.with.block.height, standing, place);
        Attempt::new(&self.with, tx, expected, self.code.fork())
    }
}

/// Reads transactions, which depends on their bytes alone.
fn read(txs: &[Vec<u8>], helpers: &Helpers) -> Vec<ReadTx> {
    let parts: Vec<(_, OnceLock<Vec<ReadTx>>)> =
        txs.chunks(PART).map(|part| (part, OnceLock::new())).collect();
    let next = AtomicUsize::new(0);
    let decode = |part: &[Vec<u8>]| part.iter().map(|bytes| deliver::decode(bytes)).collect();
    let work = || {
        while let Some((part, all)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            all.get_or_init(|| decode(part));
        }
    };
    helpers.with(parts.len().saturating_sub(1), work, work);
    let all = parts.into_iter();
    all.flat_map(|(part, all)| all.into_inner().unwrap_or_else(|| decode(part))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_are_read_in_their_order_and_none_is_left_out() {
        // None can be read; their refusals name their lengths.
        let long = crate::block::MAX_TX_BYTES;
        for (count, cores) in [(0, 2), (1, 16), (PART, 2), (3 * PART + 1, 3), (70, 1)] {
            let helpers = Helpers::new(NonZeroUsize::new(cores).unwrap(), "test");
            let txs: Vec<Vec<u8>> = (0..count).map(|index| vec![0; long + 1 + index]).collect();
            let logs = |tx: &ReadTx| tx.as_ref().unwrap_err().log.clone();
            let expected: Vec<_> = txs.iter().map(|tx| logs(&deliver::decode(tx))).collect();
            assert_eq!(read(&txs, &helpers).iter().map(logs).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn an_operator_may_ask_for_fewer_cores_and_nobody_gets_more_than_the_most() {
        assert_eq!(cores(NonZeroUsize::new(1)).get(), 1);
        assert_eq!(cores(NonZeroUsize::new(1_000)).get(), MAX_CORES);
        assert!((1..=MAX_CORES).contains(&cores(None).get()));
    }
}

//! What can be done for a block's transactions before their turn comes: reading them and verifying their
//! signatures, on the cores that do not execute.
//!
//! Neither has an effect on the state. Reading depends on the bytes alone; of the signatures only those that
//! are right are remembered, in [`Verified`], which is asked again when the transaction has its turn. So
//! results are those of one core, and only their time differs.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use stoa_modules::{BlockInfo, ExecMode, GasMeter, router::Modules};
use stoa_store::{Overlay, Snapshot};

use crate::{
    ante::{self, Verified},
    block::context,
    contain::caught,
    deliver,
    error::Refusal,
    tx::Tx,
};

/// Transactions that are read at a time: about a millisecond of verification.
const PART_TXS: usize = 32;

/// The transactions of a block on their way to execution.
pub(crate) struct Ahead<'a> {
    /// For the messages.
    pub(crate) modules: &'a Modules,
    /// What is known of signatures.
    pub(crate) verified: &'a Verified,
    /// The block.
    pub(crate) block: &'a BlockInfo,
    /// The state before the block; none before the first, whose signatures are verified in their turn.
    pub(crate) base: Option<Arc<dyn Snapshot>>,
}

/// A transaction that was read, or why it is none.
pub(crate) type ReadTx = Result<Tx, Refusal>;

/// A few transactions, read by whoever comes first.
struct Part<'a> {
    txs: &'a [Vec<u8>],
    read: OnceLock<Vec<ReadTx>>,
}

impl Ahead<'_> {
    /// Hands `execute` the transactions in their order, until it fails.
    pub(crate) fn each<E>(
        &self,
        txs: &[Vec<u8>],
        mut execute: impl FnMut(&ReadTx) -> Result<(), E>,
    ) -> Result<(), E> {
        let part = |txs| Part { txs, read: OnceLock::new() };
        let parts: Vec<Part<'_>> = txs.chunks(PART_TXS).map(part).collect();
        let (next, has_ended) = (AtomicUsize::new(1), AtomicBool::new(false));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let helpers = cores.min(parts.len()).saturating_sub(1);
        thread::scope(|scope| {
            for _ in 0..helpers {
                scope.spawn(|| {
                    while !has_ended.load(Ordering::Relaxed) {
                        let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) else {
                            return;
                        };
                        part.read.get_or_init(|| self.read(part.txs));
                    }
                });
            }
            let executed = parts.iter().try_for_each(|part| {
                part.read.get_or_init(|| self.read(part.txs)).iter().try_for_each(&mut execute)
            });
            has_ended.store(true, Ordering::Relaxed);
            executed
        })
    }

    fn read(&self, txs: &[Vec<u8>]) -> Vec<ReadTx> {
        let read: Vec<ReadTx> = txs.iter().map(|bytes| deliver::decode(bytes)).collect();
        if let Some(base) = &self.base {
            let overlay = Overlay::new(Arc::clone(base));
            let gas = GasMeter::unlimited();
            let ctx = context(self.block.clone(), ExecMode::Query, gas, overlay);
            for tx in read.iter().flatten() {
                // What fails here fails again in its turn, where it has a consequence.
                let _ = caught(|| {
                    ante::verify_ahead(self.modules, self.verified, &ctx, tx);
                    Ok(())
                });
            }
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead<T>(use_it: impl FnOnce(&Ahead<'_>) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let modules = Modules::open(folder.path()).unwrap();
        let block = BlockInfo { height: 1, time_nanos: 1, chain_id: "stoa-test-1".to_owned() };
        let verified = Verified::default();
        use_it(&Ahead { modules: &modules, verified: &verified, block: &block, base: None })
    }

    #[test]
    fn transactions_come_in_their_order_and_none_is_left_out() {
        // None can be read; their refusals name their lengths.
        let long = crate::block::MAX_TX_BYTES;
        for count in [0, 1, PART_TXS, 5 * PART_TXS + 1] {
            let txs: Vec<Vec<u8>> = (0..count).map(|index| vec![0; long + 1 + index]).collect();
            let mut seen = Vec::new();
            let done: Result<(), ()> = ahead(|ahead| {
                ahead.each(&txs, |tx| {
                    seen.push(tx.as_ref().unwrap_err().log.clone());
                    Ok(())
                })
            });
            done.unwrap();
            let expected = txs.iter().map(|tx| deliver::decode(tx).unwrap_err().log);
            assert_eq!(seen, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_is_executed_behind_a_failure() {
        let txs = vec![vec![1]; 4 * PART_TXS];
        let mut seen = 0;
        let failed = ahead(|ahead| {
            ahead.each(&txs, |_| {
                seen += 1;
                if seen == PART_TXS + 3 { Err("stop") } else { Ok(()) }
            })
        });
        assert_eq!((failed, seen), (Err("stop"), PART_TXS + 3));
    }
}

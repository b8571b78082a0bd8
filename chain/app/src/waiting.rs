//! Transactions that wait for their admission to the mempool.
//!
//! CometBFT asks for many without waiting for answers. One after the other is admitted, since each sees what
//! those before it have taken; but reading one, and whether its signatures are right, depends on nothing of
//! that. Another core does both ahead. The answers are those of one core: what was found out ahead is a
//! transaction that was read, and signatures in the memory of right ones ([`Verified`](crate::ante::Verified)).
//!
//! Whoever asks for admission with a bad fee or sequence must not make the node verify signatures: those are
//! looked at first here, too.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use stoa_modules::Context;

use crate::{
    ante,
    app::App,
    block::TxResult,
    check_tx::MAX_PENDING_PER_SIGNER,
    deliver::{self, ReadTx},
    tx::Tx,
};

/// Fewest transactions that other cores are called for.
const LEAST_WAITING: usize = 4;

/// A transaction that waits.
struct Waiting<'a> {
    bytes: &'a [u8],
    read: OnceLock<ReadTx>,
}

impl App {
    /// Admits new transactions in their order, as [`App::check_tx`] would one by one.
    pub fn check_new(&self, txs: &[&[u8]]) -> Vec<TxResult> {
        let waiting: Vec<Waiting<'_>> =
            txs.iter().map(|bytes| Waiting { bytes, read: OnceLock::new() }).collect();
        let admit = |one: &Waiting<'_>| {
            self.check_read(one.read.get_or_init(|| deliver::decode(one.bytes)), false)
        };
        let committed = self.committed();
        let (Some(committed), true) = (committed, txs.len() >= LEAST_WAITING) else {
            return waiting.iter().map(admit).collect();
        };
        // The first is admitted at once.
        let next = AtomicUsize::new(1);
        self.admission.with(
            txs.len(),
            || self.look_ahead(&waiting, &next, &committed),
            || waiting.iter().map(admit).collect(),
        )
    }

    /// Reads what waits, and verifies its signatures, until nothing waits.
    fn look_ahead(&self, waiting: &[Waiting<'_>], next: &AtomicUsize, committed: &Context) {
        while let Some(one) = waiting.get(next.fetch_add(1, Ordering::Relaxed)) {
            // Whoever admits it waits until it is read, and finds its signatures right already.
            one.read.get_or_init(|| {
                let read = deliver::decode(one.bytes);
                if let Ok(tx) = &read {
                    // Unwind safety: nothing of it is looked at again but the memory of right signatures.
                    let _ = catch_unwind(AssertUnwindSafe(|| self.verify_ahead(tx, committed)));
                }
                read
            });
        }
    }

    /// Verifies the signatures of what is not refused before anyway.
    fn verify_ahead(&self, tx: &Tx, committed: &Context) {
        let offered = ante::offered(tx);
        let is_paid = self.ante.min_gas_prices.are_met(tx.gas_limit(), &offered);
        if is_paid {
            let most = MAX_PENDING_PER_SIGNER;
            ante::verify_pending(&self.modules, &self.verified, committed, tx, most);
        }
    }

    /// The state of the last commit, once there is a chain.
    fn committed(&self) -> Option<Context> {
        let mempool = self.mempool().ok()?;
        mempool.as_ref().map(|state| state.committed.clone())
    }
}

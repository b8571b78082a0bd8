//! Which block may be proposed.
//!
//! The proposer takes the best offers first and each sender's transactions in their order; a validator
//! does not know the proposer's mempool and judges what can be judged from the block and the state that
//! both stand on: that everything is a transaction, that the gas limits fit into the block's, those of calls
//! without a fee into the budgets of their grants, and that every signer's sequences follow one another from
//! the state's on. Both by [`room::Room`].

mod candidate;
mod queue;
mod room;

use stoa_proto::beacon::v1::ExtendedCommit;

use crate::{
    ante::MinGasPrices,
    app::App,
    error::AppError,
    extension::{self, LastCommit},
};
use candidate::Candidate;
use queue::Queue;
use room::{Fate, Room};

impl App {
    /// Builds a block of at most `max_total_bytes`: where votes carry extensions, first the votes for the
    /// block before, of which consensus gives all it has; then, of the mempool's transactions, what fits into
    /// the bytes and the gas limit, best offers first, each sender's in their order.
    pub fn prepare_proposal(
        &self,
        txs: &[Vec<u8>],
        max_total_bytes: u64,
        votes: ExtendedCommit,
    ) -> Result<Vec<Vec<u8>>, AppError> {
        let ground = self.next()?;
        let mut room = Room::new(ground.context(), max_total_bytes, &ground.limits()?);
        let mut block = Vec::new();
        if ground.has_votes()? {
            match extension::build(&ground.context(), votes) {
                Ok(element) if room.take(&element, 0) => block.push(element),
                // Everybody refuses the block then, and it is the next proposer's turn.
                Ok(_) => tracing::error!(max_total_bytes, "the votes do not fit into the proposal"),
                Err(error) => {
                    let error = error.or_halt()?;
                    tracing::error!(%error, "the votes do not make a proposal");
                }
            }
        }
        self.fill(&mut block, &mut room, txs)?;
        Ok(block)
    }

    fn fill(
        &self,
        block: &mut Vec<Vec<u8>>,
        room: &mut Room,
        txs: &[Vec<u8>],
    ) -> Result<(), AppError> {
        let prices = &self.ante.min_gas_prices;
        let read = |tx: &Vec<u8>| Some((tx.clone(), Candidate::read(&self.modules, prices, tx)?));
        let (txs, candidates): (Vec<Vec<u8>>, Vec<Candidate>) = txs.iter().filter_map(read).unzip();
        let mut queue = Queue::new(&candidates);
        while let Some(place) = queue.next() {
            let (Some(tx), Some(candidate)) = (txs.get(place), candidates.get(place)) else {
                break;
            };
            match room.admit(tx, candidate)? {
                Fate::Taken => {
                    block.push(tx.clone());
                    queue.release(place);
                }
                Fate::Stale => queue.release(place),
                Fate::Left => {}
            }
        }
        Ok(())
    }

    /// Whether a proposed block, whose own commit is `last_commit`, is one that
    /// [`App::prepare_proposal`] builds.
    pub fn process_proposal(
        &self,
        txs: &[Vec<u8>],
        last_commit: &LastCommit,
    ) -> Result<bool, AppError> {
        let ground = self.next()?;
        let mut txs = txs.iter();
        if ground.has_votes()? {
            let element = txs.next().map(Vec::as_slice).unwrap_or_default();
            if let Err(error) = extension::accept(&ground.context(), element, last_commit) {
                let error = error.or_halt()?;
                tracing::warn!(%error, height = ground.block.height, "a proposal is refused");
                return Ok(false);
            }
        }
        // Consensus itself has checked the bytes of the block.
        let mut room = Room::new(ground.context(), u64::MAX, &ground.limits()?);
        // What a transaction offers is the proposer's business.
        let free = MinGasPrices::default();
        for tx in txs {
            let Some(candidate) = Candidate::read(&self.modules, &free, tx) else {
                return Ok(false);
            };
            if room.admit(tx, &candidate)? != Fate::Taken {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

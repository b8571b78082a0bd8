//! Which block may be proposed.

use stoa_proto::beacon::v1::ExtendedCommit;

use crate::{
    app::App,
    deliver,
    error::AppError,
    extension::{self, LastCommit},
    limits::BlockLimits,
};

impl App {
    /// Builds a block of at most `max_total_bytes`: where votes carry extensions, first the votes for the
    /// block before, of which consensus gives all it has; then, from the mempool's transactions in their
    /// order, what fits into the bytes and the gas limit and is a transaction.
    pub fn prepare_proposal(
        &self,
        txs: &[Vec<u8>],
        max_total_bytes: u64,
        votes: ExtendedCommit,
    ) -> Result<Vec<Vec<u8>>, AppError> {
        let ground = self.next()?;
        let mut room = Room::new(max_total_bytes, &ground.limits()?);
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
        block.extend(txs.iter().filter(|tx| room.admit(tx)).cloned());
        Ok(block)
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
        let mut room = Room::new(u64::MAX, &ground.limits()?);
        Ok(txs.all(|tx| room.admit(tx)))
    }
}

/// What is left of a block.
struct Room {
    bytes: u64,
    gas: u64,
}

impl Room {
    const fn new(bytes: u64, limits: &BlockLimits) -> Self {
        Self { bytes, gas: limits.max_gas }
    }

    fn admit(&mut self, tx: &[u8]) -> bool {
        deliver::decode(tx).is_ok_and(|decoded| self.take(tx, decoded.gas_limit()))
    }

    fn take(&mut self, element: &[u8], gas: u64) -> bool {
        let bytes = self.bytes.checked_sub(bytes_in_block(element));
        let gas = self.gas.checked_sub(gas);
        let (Some(bytes), Some(gas)) = (bytes, gas) else { return false };
        *self = Self { bytes, gas };
        true
    }
}

/// Bytes of an element inside a block: tag and length come before it.
fn bytes_in_block(element: &[u8]) -> u64 {
    let length = element.len() as u64;
    1 + prost::encoding::encoded_len_varint(length) as u64 + length
}

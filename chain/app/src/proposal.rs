//! Which transactions may stand in a block together.

use crate::{
    app::App,
    deliver,
    error::AppError,
    limits::{self, BlockLimits},
};

impl App {
    /// Chooses from the mempool's transactions, in its order, what fits into a block of
    /// `max_total_bytes` and the gas limit; leaves out what is no transaction.
    pub fn prepare_proposal(
        &self,
        txs: &[Vec<u8>],
        max_total_bytes: u64,
    ) -> Result<Vec<Vec<u8>>, AppError> {
        let mut room = Room { bytes: max_total_bytes, gas: self.proposal_limits()?.max_gas };
        Ok(txs.iter().filter(|tx| room.admit(tx)).cloned().collect())
    }

    /// Whether a proposed block keeps what [`App::prepare_proposal`] promises.
    pub fn process_proposal(&self, txs: &[Vec<u8>]) -> Result<bool, AppError> {
        // Consensus itself has checked the bytes of the block.
        let mut room = Room { bytes: u64::MAX, gas: self.proposal_limits()?.max_gas };
        Ok(txs.iter().all(|tx| room.admit(tx)))
    }

    fn proposal_limits(&self) -> Result<BlockLimits, AppError> {
        match &self.consensus()?.genesis {
            Some(genesis) => limits::pending(&genesis.overlay),
            None => limits::committed(&*self.database.snapshot()?),
        }
    }
}

/// What is left of a block.
struct Room {
    bytes: u64,
    gas: u64,
}

impl Room {
    fn admit(&mut self, tx: &[u8]) -> bool {
        let Ok(decoded) = deliver::decode(tx) else { return false };
        let bytes = self.bytes.checked_sub(bytes_in_block(tx));
        let gas = self.gas.checked_sub(decoded.gas_limit());
        let (Some(bytes), Some(gas)) = (bytes, gas) else { return false };
        *self = Self { bytes, gas };
        true
    }
}

/// Bytes of a transaction inside a block: tag and length come before it.
fn bytes_in_block(tx: &[u8]) -> u64 {
    let length = tx.len() as u64;
    1 + prost::encoding::encoded_len_varint(length) as u64 + length
}

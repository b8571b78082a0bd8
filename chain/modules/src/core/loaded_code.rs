//! Contract code that a transaction, and a block, have loaded.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// Code that the transactions of a block have loaded so far, each counted once. Clones are handles to the
/// same. Like the gas of the block it depends on the order of the transactions, failed ones included.
#[derive(Clone, Debug, Default)]
pub struct BlockCode(Arc<Mutex<Claims>>);

#[derive(Debug, Default)]
struct Claims {
    checksums: BTreeSet<Vec<u8>>,
    bytes: usize,
}

/// Checksums of code, shared by all messages of a transaction and never forgotten within it, not even
/// when a message fails (wasmd `types.TxContracts`): loading the same again is cheaper.
#[derive(Clone, Debug, Default)]
pub struct LoadedCode {
    checksums: Arc<Mutex<BTreeSet<Vec<u8>>>>,
    block: BlockCode,
}

impl LoadedCode {
    /// That of a transaction in a block.
    pub fn in_block(block: &BlockCode) -> Self {
        Self { block: block.clone(), ..Self::default() }
    }

    /// Whether code was loaded before; it is from now on.
    pub fn was_loaded(&self, checksum: &[u8]) -> bool {
        !self.checksums.lock().unwrap_or_else(PoisonError::into_inner).insert(checksum.to_vec())
    }

    /// Counts code of `bytes` towards the block, once. False if the block would pass `limit_bytes`: then it
    /// is not counted and may not be loaded.
    pub fn claim(&self, checksum: &[u8], bytes: usize, limit_bytes: usize) -> bool {
        let mut claims = self.block.0.lock().unwrap_or_else(PoisonError::into_inner);
        if claims.checksums.contains(checksum) {
            return true;
        }
        let total = claims.bytes.saturating_add(bytes);
        if total > limit_bytes {
            return false;
        }
        claims.bytes = total;
        claims.checksums.insert(checksum.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_load_is_known_to_every_handle() {
        let loaded = LoadedCode::default();
        let handle = loaded.clone();
        assert!(!handle.was_loaded(b"code"));
        assert!(loaded.was_loaded(b"code") && !loaded.was_loaded(b"other"));
    }

    #[test]
    fn the_transactions_of_a_block_share_a_limit_and_count_each_code_once() {
        let block = BlockCode::default();
        let (first, second) = (LoadedCode::in_block(&block), LoadedCode::in_block(&block));
        assert!(first.claim(b"a", 6, 10) && second.claim(b"a", 6, 10));
        assert!(!second.claim(b"b", 5, 10), "11 bytes");
        assert!(second.claim(b"c", 4, 10) && !first.claim(b"d", 1, 10));
        assert!(!second.was_loaded(b"a"), "prices are those of the transaction");
        assert!(LoadedCode::default().claim(b"d", 10, 10), "the next block");
    }
}

//! Contract code that a transaction, and a block, have loaded.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Most bytes of Wasm, counted once for each code, that the transactions of one block may load besides what
/// is pinned. Loading costs wasmd's flat price, whether the code must be compiled or not; this bounds what a
/// block that calls forgotten code can make a node compile. The default cache holds as much.
pub const MAX_BLOCK_CODE_BYTES: usize = 32 * 1024 * 1024;

/// Code that the transactions of a block have loaded so far, each counted once. Clones are handles to the
/// same. Like the gas of the block it depends on the order of the transactions, failed ones included.
#[derive(Clone, Debug, Default)]
pub struct BlockCode(Arc<Mutex<Claims>>);

#[derive(Clone, Debug, Default)]
struct Claims {
    /// Bytes by checksum.
    codes: BTreeMap<Vec<u8>, usize>,
    bytes: usize,
    was_refused: bool,
}

impl Claims {
    /// Counts code once; false if the block would pass its limit.
    fn add(&mut self, checksum: &[u8], bytes: usize) -> bool {
        if self.codes.contains_key(checksum) {
            return true;
        }
        let total = self.bytes.saturating_add(bytes);
        if total > MAX_BLOCK_CODE_BYTES {
            self.was_refused = true;
            return false;
        }
        self.bytes = total;
        self.codes.insert(checksum.to_vec(), bytes);
        true
    }

    /// These with what `ahead` has claimed, if all of that would have been granted here too.
    fn with(&self, ahead: &Self) -> Option<Self> {
        let mut all = self.clone();
        let mut granted = ahead.codes.iter().map(|(checksum, bytes)| all.add(checksum, *bytes));
        (!ahead.was_refused && granted.all(|granted| granted)).then_some(all)
    }
}

impl BlockCode {
    /// A copy for a transaction that is executed before its turn.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.lock().clone())))
    }

    /// Whether `ahead`, a fork of this, was answered as it would be answered here now.
    pub fn agrees_with(&self, ahead: &Self) -> bool {
        let ahead = ahead.lock().clone();
        self.lock().with(&ahead).is_some()
    }

    /// Counts what `ahead`, which [agrees](Self::agrees_with), has claimed.
    pub fn adopt(&self, ahead: &Self) {
        let ahead = ahead.lock().clone();
        let mut own = self.lock();
        if let Some(all) = own.with(&ahead) {
            *own = all;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Claims> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

    /// Counts code of `bytes` towards the block, once. False if the block would pass
    /// [`MAX_BLOCK_CODE_BYTES`]: then it is not counted and may not be loaded.
    pub fn claim(&self, checksum: &[u8], bytes: usize) -> bool {
        self.block.lock().add(checksum, bytes)
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

    const MOST: usize = MAX_BLOCK_CODE_BYTES;

    #[test]
    fn the_transactions_of_a_block_share_a_limit_and_count_each_code_once() {
        let block = BlockCode::default();
        let (first, second) = (LoadedCode::in_block(&block), LoadedCode::in_block(&block));
        assert!(first.claim(b"a", MOST - 4) && second.claim(b"a", MOST - 4));
        assert!(!second.claim(b"b", 5), "a byte too many");
        assert!(second.claim(b"c", 4) && !first.claim(b"d", 1));
        assert!(!second.was_loaded(b"a"), "prices are those of the transaction");
        assert!(LoadedCode::default().claim(b"d", MOST), "the next block");
    }

    #[test]
    fn what_was_claimed_ahead_counts_if_it_would_be_granted_in_its_turn() {
        let block = BlockCode::default();
        let claim =
            |block: &BlockCode, code: &[u8], bytes| LoadedCode::in_block(block).claim(code, bytes);
        assert!(claim(&block, b"a", 10));
        let [small, large, refused] = [1, MOST - 10, MOST].map(|bytes| {
            let ahead = block.fork();
            claim(&ahead, b"b", bytes);
            ahead
        });
        assert!(
            block.agrees_with(&small) && block.agrees_with(&large) && !block.agrees_with(&refused)
        );
        block.adopt(&small);
        assert!(claim(&block, b"c", 1));
        let larger = block.fork();
        claim(&larger, b"d", MOST - 12);
        assert!(claim(&block, b"e", 1) && !block.agrees_with(&larger));
        block.adopt(&larger);
        assert!(claim(&block, b"f", MOST - 13), "nothing of it was counted");
    }
}

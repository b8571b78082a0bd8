//! Contract code that a transaction has loaded.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// Checksums of code, shared by all messages of a transaction and never forgotten within it, not even
/// when a message fails (wasmd `types.TxContracts`): loading the same again is cheaper.
#[derive(Clone, Debug, Default)]
pub struct LoadedCode(Arc<Mutex<BTreeSet<Vec<u8>>>>);

impl LoadedCode {
    /// Whether code was loaded before; it is from now on.
    pub fn was_loaded(&self, checksum: &[u8]) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(checksum.to_vec())
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
}

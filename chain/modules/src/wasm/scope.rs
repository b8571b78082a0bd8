//! How deep contracts have called each other, and which code was loaded on the way.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::error::WasmError;

/// Most responses of contracts nested in each other (wasmd `DefaultMaxCallDepth`): each level holds a layer
/// of the overlay and a stretch of native stack.
pub const MAX_CALL_DEPTH: u32 = 100;
/// Most smart queries nested in each other (wasmd `DefaultMaxQueryStackSize`).
pub const MAX_QUERY_DEPTH: u32 = 10;

/// Nesting of the present call.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    call_depth: u32,
    query_depth: u32,
    /// Checksums of what was loaded; shared by all calls of one message. Nothing outside transactions.
    loaded: Option<Arc<Mutex<BTreeSet<Vec<u8>>>>>,
}

impl Scope {
    /// The scope of a message in a transaction.
    pub(super) fn message() -> Self {
        Self { call_depth: 0, query_depth: 0, loaded: Some(Arc::default()) }
    }

    /// The scope of a query from outside.
    pub(super) const fn query() -> Self {
        Self { call_depth: 0, query_depth: 0, loaded: None }
    }

    /// The scope of what a contract's response sends.
    pub(super) fn call_deeper(&self) -> Result<Self, WasmError> {
        if self.call_depth >= MAX_CALL_DEPTH {
            return Err(WasmError::CallDepth);
        }
        Ok(Self { call_depth: self.call_depth.saturating_add(1), ..self.clone() })
    }

    /// The scope of a smart query.
    pub(super) fn query_deeper(&self) -> Result<Self, WasmError> {
        if self.query_depth >= MAX_QUERY_DEPTH {
            return Err(WasmError::QueryStack);
        }
        Ok(Self { query_depth: self.query_depth.saturating_add(1), ..self.clone() })
    }

    /// Whether code was loaded before in this scope; it is from now on.
    pub(super) fn was_loaded(&self, checksum: &[u8]) -> bool {
        let Some(loaded) = &self.loaded else { return false };
        !loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(checksum.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_bounded() {
        let mut scope = Scope::message();
        for _ in 0..MAX_CALL_DEPTH {
            scope = scope.call_deeper().unwrap();
        }
        assert!(matches!(scope.call_deeper(), Err(WasmError::CallDepth)));
        for _ in 0..MAX_QUERY_DEPTH {
            scope = scope.query_deeper().unwrap();
        }
        assert!(matches!(scope.query_deeper(), Err(WasmError::QueryStack)));
    }

    #[test]
    fn the_second_load_in_a_message_is_known_in_every_nested_scope() {
        let scope = Scope::message();
        let nested = scope.call_deeper().unwrap().query_deeper().unwrap();
        assert!(!nested.was_loaded(b"code"));
        assert!(scope.was_loaded(b"code"));
        assert!(!Scope::query().was_loaded(b"code") && !Scope::query().was_loaded(b"code"));
    }
}

//! How deep contracts have called each other.

use super::error::WasmError;

/// Most responses of contracts nested in each other (wasmd `DefaultMaxCallDepth`): each level holds a layer
/// of the overlay and a stretch of native stack.
pub const MAX_CALL_DEPTH: u32 = 100;
/// Most smart queries nested in each other (wasmd `DefaultMaxQueryStackSize`).
pub const MAX_QUERY_DEPTH: u32 = 10;

/// Nesting of the present call.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope {
    call_depth: u32,
    query_depth: u32,
}

impl Scope {
    /// The scope of what a contract's response sends.
    pub(super) fn call_deeper(&self) -> Result<Self, WasmError> {
        if self.call_depth >= MAX_CALL_DEPTH {
            return Err(WasmError::CallDepth);
        }
        Ok(Self { call_depth: self.call_depth.saturating_add(1), ..*self })
    }

    /// The scope of a smart query.
    pub(super) fn query_deeper(&self) -> Result<Self, WasmError> {
        if self.query_depth >= MAX_QUERY_DEPTH {
            return Err(WasmError::QueryStack);
        }
        Ok(Self { query_depth: self.query_depth.saturating_add(1), ..*self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_bounded() {
        let mut scope = Scope::default();
        for _ in 0..MAX_CALL_DEPTH {
            scope = scope.call_deeper().unwrap();
        }
        assert!(matches!(scope.call_deeper(), Err(WasmError::CallDepth)));
        for _ in 0..MAX_QUERY_DEPTH {
            scope = scope.query_deeper().unwrap();
        }
        assert!(matches!(scope.query_deeper(), Err(WasmError::QueryStack)));
    }
}

//! How deep contracts have called each other.

use super::error::WasmError;
use crate::core::Nesting;

/// Most responses of contracts nested in each other (wasmd `DefaultMaxCallDepth`): each level holds a layer
/// of the overlay and a stretch of native stack.
pub const MAX_CALL_DEPTH: u32 = 100;
/// Most smart queries nested in each other (wasmd `DefaultMaxQueryStackSize`).
pub const MAX_QUERY_DEPTH: u32 = 10;

/// Where what a contract's response sends stands.
pub(super) fn call_deeper(nesting: Nesting) -> Result<Nesting, WasmError> {
    if nesting.call_depth >= MAX_CALL_DEPTH {
        return Err(WasmError::CallDepth);
    }
    Ok(Nesting { call_depth: nesting.call_depth.saturating_add(1), ..nesting })
}

/// Where a smart query stands.
pub(super) fn query_deeper(nesting: Nesting) -> Result<Nesting, WasmError> {
    if nesting.query_depth >= MAX_QUERY_DEPTH {
        return Err(WasmError::QueryStack);
    }
    Ok(Nesting { query_depth: nesting.query_depth.saturating_add(1), ..nesting })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_bounded() {
        let mut nesting = Nesting::default();
        for _ in 0..MAX_CALL_DEPTH {
            nesting = call_deeper(nesting).unwrap();
        }
        assert!(matches!(call_deeper(nesting), Err(WasmError::CallDepth)));
        for _ in 0..MAX_QUERY_DEPTH {
            nesting = query_deeper(nesting).unwrap();
        }
        assert!(matches!(query_deeper(nesting), Err(WasmError::QueryStack)));
    }
}

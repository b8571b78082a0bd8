//! Helpers of this crate's tests.

use std::sync::Arc;

use stoa_store::{EmptySnapshot, Overlay};

use crate::core::{BlockGas, BlockInfo, Context, ExecMode, GasMeter, LoadedCode, Nesting};

/// A context over empty state.
pub(crate) fn context() -> Context {
    Context {
        block: BlockInfo {
            height: 7,
            time_nanos: 1_700_000_000_000_000_000,
            chain_id: "stoa-test-1".to_owned(),
        },
        mode: ExecMode::Deliver,
        tx_index: Some(0),
        block_gas: BlockGas::default(),
        loaded_code: Some(LoadedCode::default()),
        nesting: Nesting::default(),
        gas: GasMeter::unlimited(),
        overlay: Overlay::new(Arc::new(EmptySnapshot)),
        events: Vec::new(),
    }
}

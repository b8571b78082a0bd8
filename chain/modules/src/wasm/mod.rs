//! Contracts: CosmWasm behind the surface of wasmd's `x/wasm`.
//!
//! Purpose: people store programs, make contracts of them and call them; contracts call each other.
//! Place: above [`crate::auth`] and [`crate::bank`]; messages to other modules leave through
//! [`crate::router::MessageRouter`].
//! Invariants: a failed message leaves its gas and nothing else; every loop a contract can cause is bounded
//! by gas, and nesting by [`MAX_CALL_DEPTH`] and [`MAX_QUERY_DEPTH`]; what a contract reads of an error
//! is the same on every node; results do not depend on what the node has cached.
//! Wire forms, state layout, events, codes and gas are those of wasmd 0.60 with wasmvm 2.3.

mod action;
mod address;
mod counter;
mod dispatch;
mod encode;
mod error;
mod event;
mod gas;
mod genesis;
mod invariants;
mod label;
mod load;
mod params;
mod policy;
mod query;
mod run;
mod scope;
mod state_key;
mod types;
mod view;
mod vm;

use std::{fmt, sync::Arc};

use cosmos_sdk_proto::{
    Any,
    cosmwasm::wasm::v1::{AccessConfig, GenesisState},
};

pub use counter::{count_transaction, expected_transaction_count, transaction_count};
pub use invariants::INVARIANTS;
pub use label::MAX_LABEL_BYTES;
pub use params::{default_params, is_subset};
pub use scope::{MAX_CALL_DEPTH, MAX_QUERY_DEPTH};
pub use state_key::STORE;
pub use types::{MAX_PINNED_AT_ONCE, MAX_SALT_BYTES, MAX_WASM_BYTES};

use run::Run;
use types::WasmMessage;
use vm::CodeCache;

use crate::{
    Context, Gas, GasMeter, ModuleError,
    auth::AccAddress,
    router::{MessageResponse, MessageRouter},
};

/// Bounds that each node chooses or that the chain fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory for compiled code, in bytes; each node's own choice.
    pub code_cache_bytes: usize,
    /// Linear memory of one instance, in bytes; the same on all nodes of a chain.
    pub instance_memory_bytes: usize,
    /// SDK gas of one smart query from outside; each node's own choice.
    pub smart_query_gas: Gas,
}

impl Default for Limits {
    /// 512 MiB of compiled code, 32 MiB of memory, 3,000,000 gas.
    fn default() -> Self {
        Self {
            code_cache_bytes: 512 * 1024 * 1024,
            instance_memory_bytes: 32 * 1024 * 1024,
            smart_query_gas: 3_000_000,
        }
    }
}

/// The module with its compiled code. Clones are handles to the same.
#[derive(Clone)]
pub struct Wasm(Arc<Inner>);

struct Inner {
    codes: CodeCache,
    limits: Limits,
}

/// SHA-256 of the Wasm in an upload, packed or not; charges for unpacking.
pub fn checksum_of_upload(ctx: &Context, code: &[u8]) -> Result<[u8; 32], ModuleError> {
    action::checksum_of_upload(ctx, code).map_err(ModuleError::from)
}

/// Refuses a permission of no known type and a list of addresses that cannot be one.
pub fn check_permission(permission: &AccessConfig) -> Result<(), ModuleError> {
    params::check_permission(permission).map_err(ModuleError::from)
}

impl fmt::Debug for Wasm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Wasm").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

impl Wasm {
    /// The module with nothing compiled. It needs no directory: code is compiled from the state.
    pub fn new(limits: Limits) -> Self {
        let codes = CodeCache::new(limits.code_cache_bytes, limits.instance_memory_bytes);
        Self(Arc::new(Inner { codes, limits }))
    }

    /// Executes a message of this module; nothing for messages of others. On an error the caller drops
    /// its writes and events.
    pub fn execute_message(
        &self,
        ctx: &mut Context,
        router: &dyn MessageRouter,
        message: &Any,
    ) -> Option<Result<MessageResponse, ModuleError>> {
        let checked = WasmMessage::decode(message)?;
        let run = Run { wasm: self, router };
        let result = checked.and_then(|checked| run.execute(ctx, &checked));
        Some(result.map_err(ModuleError::from))
    }

    /// Calls `sudo` of a contract with `message`, JSON of the contract's own, and executes what its response
    /// sends; answers the data. Gas is charged to the meter of `ctx`, also for what fails; on an error the
    /// caller drops its writes and events.
    pub fn sudo(
        &self,
        ctx: &mut Context,
        router: &dyn MessageRouter,
        contract: &AccAddress,
        message: &[u8],
    ) -> Result<Option<Vec<u8>>, ModuleError> {
        let run = Run { wasm: self, router };
        action::sudo(&run, ctx, contract, message).map_err(ModuleError::from)
    }

    /// The checks of a message that need no state; nothing for messages of others.
    pub fn check(&self, message: &Any) -> Option<Result<(), ModuleError>> {
        let checked = WasmMessage::decode(message)?;
        Some(checked.map(drop).map_err(ModuleError::from))
    }

    /// Who must sign a message of this module, after the checks that need no state; nothing for messages
    /// of others.
    pub fn signers(&self, message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
        let checked = WasmMessage::decode(message)?;
        Some(checked.map(|checked| vec![checked.sender().clone()]).map_err(ModuleError::from))
    }

    /// Whether there is a contract at `address`.
    pub fn is_contract(&self, ctx: &Context, address: &AccAddress) -> Result<bool, ModuleError> {
        view::has_contract(ctx, address)
    }

    /// Answers `/cosmwasm.wasm.v1.Query/…`; nothing for other paths.
    pub fn query(
        &self,
        ctx: &Context,
        path: &str,
        data: &[u8],
    ) -> Option<Result<Vec<u8>, ModuleError>> {
        query::answer(self, ctx, path, data)
    }

    /// Writes the genesis state.
    pub fn init_genesis(&self, ctx: &mut Context, state: GenesisState) -> Result<(), ModuleError> {
        genesis::init(self, ctx, state)
    }

    /// The state as genesis.
    pub fn export_genesis(&self, ctx: &Context) -> Result<GenesisState, ModuleError> {
        genesis::export(ctx)
    }

    /// Drops all compiled code, as a restart does; it is compiled again when it is called.
    pub fn forget_compiled_code(&self) {
        self.0.codes.clear();
    }

    fn codes(&self) -> &CodeCache {
        &self.0.codes
    }

    /// A meter for one smart query from outside, within what `ctx` has left.
    fn smart_query_meter(&self, ctx: &Context) -> GasMeter {
        GasMeter::new(ctx.gas.remaining().min(self.0.limits.smart_query_gas))
    }
}

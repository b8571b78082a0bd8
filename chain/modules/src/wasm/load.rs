//! Finding and compiling the code that is to be called.

use std::sync::Arc;

use stoa_store::{KeyRange, Order};

use super::{
    Wasm,
    error::WasmError,
    gas, scope, state_key,
    state_key::STORE,
    view,
    vm::{Callee, Code},
};
use crate::{
    Context, ExecMode, ModuleError,
    auth::AccAddress,
    core::{LoadedCode, MAX_BLOCK_CODE_BYTES},
};

/// Code that was paid for.
pub(super) struct Loaded {
    /// SHA-256 of the Wasm.
    pub(super) checksum: Vec<u8>,
    /// Whether the state says that it stays compiled.
    pub(super) is_pinned: bool,
}

impl Loaded {
    /// Code whose loading is paid elsewhere.
    pub(super) fn paid(ctx: &Context, code_id: u64, checksum: Vec<u8>) -> Result<Self, WasmError> {
        let mark =
            ctx.overlay.get(STORE, &state_key::pinned(code_id)).map_err(ModuleError::from)?;
        Ok(Self { checksum, is_pinned: mark.is_some() })
    }
}

/// Charges for loading the code of `contract`.
pub(super) fn contract(
    ctx: &Context,
    contract: &AccAddress,
    location: &'static str,
) -> Result<Loaded, WasmError> {
    let info = view::contract_or_refuse(ctx, contract)?;
    let checksum = view::code_or_refuse(ctx, info.code_id)?.code_hash;
    let is_pinned = charge_setup(ctx, info.code_id, &checksum, location)?;
    Ok(Loaded { checksum, is_pinned })
}

/// Charges for loading code: less if it is pinned or was loaded before. Answers whether it is pinned.
pub(super) fn charge_setup(
    ctx: &Context,
    code_id: u64,
    checksum: &[u8],
    location: &'static str,
) -> Result<bool, WasmError> {
    let was_loaded = |loaded: &LoadedCode| loaded.was_loaded(checksum);
    let is_pinned = view::is_pinned(ctx, code_id)?;
    let is_loaded = is_pinned || ctx.loaded_code.as_ref().is_some_and(was_loaded);
    ctx.gas.charge(gas::setup(is_loaded), location)?;
    Ok(is_pinned)
}

/// Counts code towards what the block may load; pinned code is free.
fn claim(ctx: &Context, loaded: &Loaded, wasm_bytes: usize) -> Result<(), WasmError> {
    match &ctx.loaded_code {
        Some(block) if !loaded.is_pinned && !block.claim(&loaded.checksum, wasm_bytes) => {
            Err(WasmError::BlockCode { limit: MAX_BLOCK_CODE_BYTES })
        }
        _ => Ok(()),
    }
}

impl Wasm {
    /// Compiled code; made from the state if this node has none in memory. Which code a block may load does
    /// not depend on that. What a block loads of pinned code stays in memory; a simulation, which anybody
    /// may ask for, keeps nothing.
    pub(super) fn code(&self, ctx: &Context, loaded: &Loaded) -> Result<Arc<Code>, WasmError> {
        let code = match self.codes().cached(&loaded.checksum) {
            Some(code) => {
                claim(ctx, loaded, code.wasm_bytes)?;
                code
            }
            None => {
                let wasm = view::byte_code(ctx, &loaded.checksum)?;
                claim(ctx, loaded, wasm.len())?;
                self.codes().compile(&wasm)?
            }
        };
        if ctx.mode == ExecMode::Deliver {
            self.codes().keep(&code, loaded.is_pinned);
        }
        Ok(code)
    }

    /// Compiles all pinned code of the state, as a node does before its first block.
    pub fn compile_pinned(&self, ctx: &Context) -> Result<(), ModuleError> {
        let mut rest = KeyRange::prefix(state_key::PINNED);
        while let Some((key, _)) = ctx.overlay.first(STORE, &rest, Order::Ascending)? {
            let info = view::code_or_refuse(ctx, view::trailing_u64(&key)?)?;
            let wasm = view::byte_code(ctx, &info.code_hash)?;
            let code = self.codes().compile(&wasm)?;
            self.codes().keep(&code, true);
            rest = rest.after(&key, Order::Ascending);
        }
        Ok(())
    }

    /// Asks a contract, one query deeper.
    pub(super) fn query_smart(
        &self,
        ctx: &mut Context,
        contract: &AccAddress,
        message: &[u8],
    ) -> Result<Vec<u8>, WasmError> {
        let outside = ctx.nesting;
        ctx.nesting = scope::query_deeper(outside)?;
        let answer = self.ask(ctx, contract, message);
        ctx.nesting = outside;
        answer
    }

    fn ask(
        &self,
        ctx: &mut Context,
        address: &AccAddress,
        message: &[u8],
    ) -> Result<Vec<u8>, WasmError> {
        let loaded = contract(ctx, address, "Loading CosmWasm module: query")?;
        let code = self.code(ctx, &loaded)?;
        Callee { wasm: self, contract: address, code }.query(ctx, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{core::BlockCode, testing::context};

    #[test]
    fn a_block_loads_a_bounded_amount_of_code_that_is_not_pinned() {
        let block = BlockCode::default();
        let transaction = |block: &BlockCode| {
            let mut ctx = context();
            ctx.loaded_code = Some(LoadedCode::in_block(block));
            ctx
        };
        let code = |name: &[u8], is_pinned| Loaded { checksum: name.to_vec(), is_pinned };
        let most = MAX_BLOCK_CODE_BYTES;
        claim(&transaction(&block), &code(b"a", false), most - 1).unwrap();
        let ctx = transaction(&block);
        let refused = claim(&ctx, &code(b"b", false), 2).unwrap_err();
        assert!(matches!(refused, WasmError::BlockCode { .. }) && !refused.is_fatal());
        claim(&ctx, &code(b"a", false), most - 1).unwrap();
        claim(&ctx, &code(b"b", true), 2).unwrap();
        claim(&transaction(&BlockCode::default()), &code(b"b", false), 2).unwrap();
    }
}

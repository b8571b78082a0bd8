//! `MsgPinCodes` and `MsgUnpinCodes`.

use stoa_store::{KeyRange, Order};

use crate::{
    Context,
    wasm::{
        error::WasmError, event, gas, load::Loaded, run::Run, state_key, state_key::STORE, view,
    },
};

/// Keeps a code compiled from now on.
pub(in crate::wasm) fn pin(
    run: &Run<'_>,
    ctx: &mut Context,
    code_id: u64,
) -> Result<(), WasmError> {
    let checksum = view::code_or_refuse(ctx, code_id)?.code_hash;
    ctx.gas.charge(gas::PIN, "Loading CosmWasm module: pin code")?;
    read_pinned(ctx, None)?;
    run.code(ctx, &Loaded { checksum, is_pinned: true })?;
    ctx.set(STORE, &state_key::pinned(code_id), vec![1])?;
    ctx.emit(event::pin(code_id));
    Ok(())
}

/// Lets a code go when memory is short.
pub(in crate::wasm) fn unpin(ctx: &mut Context, code_id: u64) -> Result<(), WasmError> {
    view::code_or_refuse(ctx, code_id)?;
    ctx.gas.charge(gas::PIN, "Loading CosmWasm module: unpin code")?;
    read_pinned(ctx, Some(code_id))?;
    ctx.delete(STORE, &state_key::pinned(code_id))?;
    ctx.emit(event::unpin(code_id));
    Ok(())
}

/// wasmd hands the whole list of pinned codes to its VM each time, and so the gas is that of reading it.
fn read_pinned(ctx: &Context, skipped: Option<u64>) -> Result<(), WasmError> {
    let mut walk = ctx.walk(STORE, KeyRange::prefix(state_key::PINNED), Order::Ascending)?;
    while let Some((key, _)) = walk.ahead() {
        let code_id = view::trailing_u64(key)?;
        if skipped != Some(code_id) {
            view::code_or_refuse(ctx, code_id)?;
        }
        ctx.step(&mut walk)?;
    }
    Ok(())
}

//! Calls that the chain itself makes: `sudo`.

use crate::{
    Context,
    auth::AccAddress,
    wasm::{dispatch, error::WasmError, event, run::Run, vm::EntryCall},
};

/// Calls `sudo` and what follows from it; answers the data. Who may ask for it is the caller's matter.
pub(in crate::wasm) fn sudo(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    message: &[u8],
) -> Result<Option<Vec<u8>>, WasmError> {
    let loaded = run.load(ctx, contract, "Loading CosmWasm module: sudo")?;
    let code = run.code(ctx, &loaded)?;
    let response = run.callee(contract, &code).call(ctx, &EntryCall::Sudo { message })?;
    ctx.emit(event::sudo(contract));
    dispatch::handle_response(run, ctx, contract, response)
        .map_err(|error| error.during("dispatch"))
}

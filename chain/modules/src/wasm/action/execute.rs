//! `MsgExecuteContract`.

use super::move_funds;
use crate::{
    Context,
    wasm::{dispatch, error::WasmError, event, run::Run, types::Execute, vm::EntryCall},
};

/// Moves the funds, calls `execute` and what follows from it; answers the data.
pub(in crate::wasm) fn execute(
    run: &Run<'_>,
    ctx: &mut Context,
    message: &Execute,
) -> Result<Option<Vec<u8>>, WasmError> {
    let loaded = run.load(ctx, &message.contract, "Loading CosmWasm module: execute")?;
    if !message.funds.is_empty() {
        move_funds(ctx, &message.sender, &message.contract, &message.funds)?;
    }
    let code = run.code(ctx, &loaded)?;
    let sent = run.message_info(&message.sender, &message.funds);
    let call = EntryCall::Execute { info: &sent, message: &message.message };
    let response = run.callee(&message.contract, &code).call(ctx, &call)?;
    ctx.emit(event::execute(&message.contract));
    dispatch::handle_response(run, ctx, &message.contract, response)
}

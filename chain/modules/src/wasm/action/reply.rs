//! The second half of a submessage: its sender hears how it went.

use cosmwasm_std::Reply;

use crate::{
    Context,
    auth::AccAddress,
    wasm::{
        dispatch,
        error::WasmError,
        event, gas,
        load::Loaded,
        run::Run,
        view,
        vm::{self, EntryCall},
    },
};

/// Calls `reply` and what follows from it; answers the data.
pub(in crate::wasm) fn reply(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    reply: &Reply,
) -> Result<Option<Vec<u8>>, WasmError> {
    let info = view::contract_or_refuse(ctx, contract)?;
    let checksum = view::code_or_refuse(ctx, info.code_id)?.code_hash;
    let loaded = Loaded::paid(ctx, info.code_id, checksum)?;
    ctx.gas.charge(gas::reply(reply), "Loading CosmWasm module: reply")?;
    let json = vm::reply_json(reply).map_err(|_| WasmError::Invalid { what: "reply" })?;
    let code = run.code(ctx, &loaded)?;
    let response = run.callee(contract, &code).call(ctx, &EntryCall::Reply { json: &json })?;
    ctx.emit(event::reply(contract));
    dispatch::handle_response(run, ctx, contract, response)
        .map_err(|error| error.during("dispatch"))
}

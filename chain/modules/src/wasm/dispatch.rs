//! What follows a contract's response: its events, its submessages, their replies
//! (wasmd `x/wasm/keeper/msg_dispatcher.go`).

use cosmwasm_std::{
    Binary, CosmosMsg, MsgResponse, Reply, ReplyOn, Response, SubMsg, SubMsgResponse, SubMsgResult,
};

use super::{action, encode, error::WasmError, event, gas, run::Run, scope, vm};
use crate::{
    Context, Event, GasMeter, ModuleError, auth::AccAddress, core::Nesting, router::MessageResponse,
};

/// Emits the events of `response`, executes its submessages in order, and answers the data of the call:
/// that of the last reply that set some, else the contract's own.
pub(super) fn handle_response(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    response: Response,
) -> Result<Option<Vec<u8>>, WasmError> {
    let cost = gas::events(&response.attributes, &response.events);
    ctx.gas.charge(cost, "Custom contract event attributes")?;
    ctx.events.extend(event::of_response(contract, &response)?);
    let outside = ctx.nesting;
    ctx.nesting = scope::call_deeper(outside)?;
    let own = response.data.map(Vec::from);
    let data = response.messages.into_iter().try_fold(own, |data, message| {
        let replied = submessage(run, ctx, contract, message)?;
        Ok(replied.or(data))
    });
    ctx.nesting = outside;
    data
}

/// The same where `may_instantiate` says what the submessages may do.
pub(super) fn handle_response_below(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    response: Response,
    may_instantiate: bool,
) -> Result<Option<Vec<u8>>, WasmError> {
    let outside = ctx.nesting;
    ctx.nesting = Nesting { may_instantiate, ..outside };
    let data = handle_response(run, ctx, contract, response);
    ctx.nesting = outside;
    data
}

/// Executes one submessage; answers the data of its reply, if there was one and it set some.
fn submessage(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    message: SubMsg,
) -> Result<Option<Vec<u8>>, WasmError> {
    let SubMsg { id, payload, msg, gas_limit, reply_on } = message;
    let is_to_contract = matches!(msg, CosmosMsg::Wasm(_));
    let result = match isolated(run, ctx, contract, msg, gas_limit) {
        Err(error) if error.is_fatal() => return Err(error),
        Err(error) => match reply_on {
            ReplyOn::Never | ReplyOn::Success => return Err(error),
            ReplyOn::Error | ReplyOn::Always => SubMsgResult::Err(error.redacted()),
        },
        Ok((response, mut events)) => {
            event::without_message_events(&mut events);
            if is_to_contract {
                event::sort_attributes(&mut events);
            }
            let wants_reply = matches!(reply_on, ReplyOn::Success | ReplyOn::Always);
            let seen =
                if is_to_contract && wants_reply { event::to_std(&events) } else { Vec::new() };
            ctx.events.extend(events);
            if !wants_reply {
                return Ok(None);
            }
            SubMsgResult::Ok(reply_response(response, seen))
        }
    };
    let reply = Reply { id, payload, gas_used: 0, result };
    action::reply(run, ctx, contract, &reply).map_err(|error| error.during("reply"))
}

/// Executes `message` so that on an error nothing remains of it but its gas.
fn isolated(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    message: CosmosMsg,
    gas_limit: Option<u64>,
) -> Result<(Option<MessageResponse>, Vec<Event>), WasmError> {
    let mut inner = vm::detached(ctx);
    let limit = gas_limit.filter(|limit| *limit < ctx.gas.remaining());
    if let Some(limit) = limit {
        inner.gas = GasMeter::new(limit);
    }
    let overlay = ctx.overlay.clone();
    overlay.begin().map_err(ModuleError::from)?;
    let result = encode::execute(run, &mut inner, contract, message);
    let closed = if result.is_ok() { overlay.commit() } else { overlay.rollback() };
    closed.map_err(ModuleError::from)?;
    let result = match limit {
        Some(limit) => settle(ctx, &inner.gas, limit, result)?,
        None => result?,
    };
    Ok((result, inner.events))
}

/// Charges the caller for a submessage with its own limit, which turns "out of gas" into a plain error.
fn settle<T>(
    ctx: &Context,
    inner: &GasMeter,
    limit: u64,
    result: Result<T, WasmError>,
) -> Result<T, WasmError> {
    match result {
        Err(WasmError::Module(ModuleError::OutOfGas(_))) => {
            ctx.gas.charge(limit, "Sub-Message OutOfGas panic")?;
            Err(WasmError::SubmessageGas)
        }
        result => {
            ctx.gas.charge(inner.used(), "From limited Sub-Message")?;
            result
        }
    }
}

#[allow(deprecated)] // contracts of CosmWasm 1 read `data`
fn reply_response(
    response: Option<MessageResponse>,
    events: Vec<cosmwasm_std::Event>,
) -> SubMsgResponse {
    let Some(response) = response else {
        return SubMsgResponse { events, data: None, msg_responses: Vec::new() };
    };
    let value = Binary::from(response.bytes);
    SubMsgResponse {
        events,
        data: (!value.is_empty()).then(|| value.clone()),
        msg_responses: vec![MsgResponse { type_url: response.type_url, value }],
    }
}

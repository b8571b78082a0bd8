//! What the probe can be asked.

use cosmwasm_std::{
    Binary, ContractResult, Deps, Empty, Env, Order, QueryRequest, StdError, StdResult,
    SystemResult, WasmQuery, entry_point, to_json_binary, to_json_vec,
};

use crate::{crypto, message::QueryMsg};

#[entry_point]
pub fn query(deps: Deps, env: Env, message: QueryMsg) -> StdResult<Binary> {
    match message {
        QueryMsg::Get { key } => {
            let value = deps.storage.get(key.as_bytes());
            to_json_binary(&value.map(|value| String::from_utf8_lossy(&value).into_owned()))
        }
        QueryMsg::Scan { start, end, descending } => {
            let order = if descending { Order::Descending } else { Order::Ascending };
            let bytes = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            let found: Vec<(String, String)> = deps
                .storage
                .range(bytes(&start).as_deref(), bytes(&end).as_deref(), order)
                .map(|(key, value)| (text(key), text(value)))
                .collect();
            to_json_binary(&found)
        }
        QueryMsg::Nest { depth } => nest(deps, &env, depth),
        QueryMsg::Loop {} => forever(),
        QueryMsg::Env {} => to_json_binary(&env),
        QueryMsg::Chain { request } => ask(deps, &request),
        QueryMsg::Address { text } => address(deps, &text),
        QueryMsg::Crypto { function, parts } => {
            to_json_binary(&crypto::call(deps.api, &function, &parts)?)
        }
        QueryMsg::Walk { values, descending, count } => walk(deps, values, descending, count),
        QueryMsg::Fail { text } => Err(StdError::generic_err(text)),
        QueryMsg::Panic { text } => panic!("{text}"),
    }
}

fn walk(deps: Deps, values: bool, descending: bool, count: u32) -> StdResult<Binary> {
    let order = if descending { Order::Descending } else { Order::Ascending };
    let found: Vec<Vec<u8>> = if values {
        deps.storage.range_values(None, None, order).take(count as usize).collect()
    } else {
        deps.storage.range_keys(None, None, order).take(count as usize).collect()
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    to_json_binary(&found.into_iter().map(text).collect::<Vec<_>>())
}

fn nest(deps: Deps, env: &Env, depth: u32) -> StdResult<Binary> {
    let Some(depth) = depth.checked_sub(1) else { return to_json_binary("bottom") };
    ask(
        deps,
        &QueryRequest::Wasm(WasmQuery::Smart {
            contract_addr: env.contract.address.to_string(),
            msg: to_json_binary(&QueryMsg::Nest { depth })?,
        }),
    )
}

/// The chain's answer; refusals become text, so that a test can read them.
fn ask(deps: Deps, request: &QueryRequest<Empty>) -> StdResult<Binary> {
    match deps.querier.raw_query(&to_json_vec(request)?) {
        SystemResult::Ok(ContractResult::Ok(answer)) => Ok(answer),
        SystemResult::Ok(ContractResult::Err(text)) => to_json_binary(&format!("refused: {text}")),
        SystemResult::Err(error) => to_json_binary(&format!("system: {error}")),
    }
}

fn address(deps: Deps, text: &str) -> StdResult<Binary> {
    let text_of = |result: StdResult<String>| result.unwrap_or_else(|error| error.to_string());
    let canonical = deps.api.addr_canonicalize(text);
    to_json_binary(&[
        text_of(deps.api.addr_validate(text).map(String::from)),
        text_of(canonical.and_then(|bytes| deps.api.addr_humanize(&bytes)).map(String::from)),
    ])
}

/// Counts until the gas is gone.
pub fn forever() -> ! {
    let mut count = 0u64;
    loop {
        count = core::hint::black_box(count.wrapping_add(1));
    }
}

/// Calls itself until the stack is gone; the addition after the call keeps it from becoming a loop.
pub fn recurse(depth: u64) -> u64 {
    use core::hint::black_box;
    if black_box(depth) == 0 { 0 } else { black_box(recurse(black_box(depth + 1))) + 1 }
}

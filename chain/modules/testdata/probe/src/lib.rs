//! A contract that does on demand what the contract module must survive.

mod crypto;
mod message;
mod query;

use cosmwasm_std::{
    Binary, CosmosMsg, DepsMut, Empty, Env, Event, MessageInfo, MigrateInfo, Order, Reply, Response,
    StdError, StdResult, SubMsg, WasmMsg, entry_point, from_json, to_json_binary, to_json_vec,
};

use message::{ExecuteMsg, Instantiate, Migrate};

#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    message: Instantiate,
) -> StdResult<Response> {
    deps.storage.set(b"creator", info.sender.as_bytes());
    for (key, value) in message.entries {
        deps.storage.set(key.as_bytes(), value.as_bytes());
    }
    Ok(Response::new().add_submessages(message.messages).add_attribute("made", "probe"))
}

#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: ExecuteMsg,
) -> StdResult<Response> {
    match message {
        ExecuteMsg::Set { key, value } => deps.storage.set(key.as_bytes(), value.as_bytes()),
        ExecuteMsg::Remove { key } => deps.storage.remove(key.as_bytes()),
        ExecuteMsg::Fail { text } => return Err(StdError::generic_err(text)),
        ExecuteMsg::Panic { text } => panic!("{text}"),
        ExecuteMsg::Loop {} => query::forever(),
        ExecuteMsg::Recurse {} => {
            deps.storage.set(b"deep", &query::recurse(1).to_be_bytes());
        }
        ExecuteMsg::Grow { bytes } => {
            let memory = vec![1u8; bytes as usize];
            deps.storage.set(b"grown", &memory[memory.len() - 1..]);
        }
        ExecuteMsg::Fill { count, bytes } => {
            for index in 0..count {
                deps.storage.set(format!("fill/{index:05}").as_bytes(), &vec![1; bytes as usize]);
            }
        }
        ExecuteMsg::Attributes { count, bytes } => {
            let value = "v".repeat(bytes as usize);
            return Ok(Response::new().add_attributes((0..count).map(|_| ("k", value.clone()))));
        }
        ExecuteMsg::Events { attributes, events } => return Ok(events_of(attributes, events)),
        ExecuteMsg::Send { messages, data } => {
            deps.storage.set(b"last_sender", info.sender.as_bytes());
            let mut response = Response::new().add_submessages(messages);
            response.data = data;
            return Ok(response);
        }
        ExecuteMsg::CallSelf { depth } => return call_self(&env, depth),
        ExecuteMsg::Iterators { count } => {
            for _ in 0..count {
                drop(deps.storage.range(None, None, Order::Ascending));
            }
        }
        ExecuteMsg::Ask { query } => {
            let answer = query::query(deps.as_ref(), env, query)?;
            return Ok(Response::new().set_data(answer));
        }
    }
    Ok(Response::new())
}

/// What the chain orders is what anybody may order, from the contract itself.
#[entry_point]
pub fn sudo(deps: DepsMut, env: Env, message: ExecuteMsg) -> StdResult<Response> {
    let info = MessageInfo { sender: env.contract.address.clone(), funds: vec![] };
    execute(deps, env, info, message)
}

fn call_self(env: &Env, depth: u32) -> StdResult<Response> {
    let response = Response::new().add_attribute("depth", depth.to_string());
    let Some(depth) = depth.checked_sub(1) else { return Ok(response) };
    Ok(response.add_message(CosmosMsg::<Empty>::Wasm(WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: to_json_binary(&ExecuteMsg::CallSelf { depth })?,
        funds: vec![],
    })))
}

fn events_of(attributes: Vec<(String, String)>, events: Vec<(String, Vec<(String, String)>)>) -> Response {
    // Built by hand: the library refuses some of what a hostile contract may return.
    let attribute = |(key, value)| cosmwasm_std::Attribute { key, value };
    let mut response = Response::new();
    response.attributes = attributes.into_iter().map(attribute).collect();
    response.events = events
        .into_iter()
        .map(|(kind, attributes)| {
            let mut event = Event::new(kind);
            event.attributes = attributes.into_iter().map(attribute).collect();
            event
        })
        .collect();
    response
}

#[entry_point]
pub fn reply(deps: DepsMut, _env: Env, reply: Reply) -> StdResult<Response> {
    deps.storage.set(format!("reply/{}", reply.id).as_bytes(), &to_json_vec(&reply.result)?);
    let wish = String::from_utf8_lossy(&reply.payload).into_owned();
    match wish.split_once(':') {
        Some(("data", data)) => Ok(Response::new().set_data(Binary::from(data.as_bytes()))),
        Some(("fail", text)) => Err(StdError::generic_err(text)),
        Some(("panic", text)) => panic!("{text}"),
        Some(("send", messages)) => {
            let messages: Vec<SubMsg> = from_json(messages)?;
            Ok(Response::new().add_submessages(messages).set_data(b"sent"))
        }
        _ => Ok(Response::new().add_attribute("replied", reply.id.to_string())),
    }
}

#[entry_point]
pub fn migrate(
    deps: DepsMut,
    _env: Env,
    message: Migrate,
    info: MigrateInfo,
) -> StdResult<Response> {
    deps.storage.set(b"migrated", &to_json_vec(&info)?);
    match message.fail {
        Some(text) => Err(StdError::generic_err(text)),
        None => {
            Ok(Response::new().add_submessages(message.messages).add_attribute("migrated", "yes"))
        }
    }
}

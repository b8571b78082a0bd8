//! A contract that uses privileges as it is told.

use cosmwasm_std::{
    Binary, CosmosMsg, Deps, DepsMut, Empty, Env, MessageInfo, Response, StdError, StdResult,
    Storage, entry_point, from_json, to_json_binary, to_json_vec,
};
use serde::{Deserialize, Serialize};

const BEGIN: &[u8] = b"begin";
const END: &[u8] = b"end";
const STATE: &[u8] = b"state";

#[derive(Serialize, Deserialize)]
pub struct Instantiate {}

/// What to do at the beginning or end of a block, besides counting it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    Nothing {},
    Fail {},
    Panic {},
    Loop {},
    Send { messages: Vec<CosmosMsg> },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Execute {
    /// What to do at the beginning of blocks from now on.
    AtBegin { behaviour: Behaviour },
    /// What to do at the end of blocks from now on.
    AtEnd { behaviour: Behaviour },
    /// Send these now.
    Send { messages: Vec<CosmosMsg> },
    /// Do nothing.
    Deliver {},
}

/// What the chain says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sudo {
    BeginBlock { infractions: Vec<Infraction> },
    EndBlock {},
}

#[derive(Serialize, Deserialize)]
pub struct Infraction {
    pub validator: String,
    pub kind: String,
    pub power: String,
    pub height: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    State {},
}

#[derive(Default, Serialize, Deserialize)]
pub struct State {
    pub begun: u32,
    pub ended: u32,
    pub infractions: Vec<Infraction>,
}

#[entry_point]
pub fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Instantiate) -> StdResult<Response> {
    Ok(Response::new())
}

#[entry_point]
pub fn execute(deps: DepsMut, _: Env, _: MessageInfo, message: Execute) -> StdResult<Response> {
    match message {
        Execute::AtBegin { behaviour } => deps.storage.set(BEGIN, &to_json_vec(&behaviour)?),
        Execute::AtEnd { behaviour } => deps.storage.set(END, &to_json_vec(&behaviour)?),
        Execute::Send { messages } => return Ok(Response::new().add_messages(messages)),
        Execute::Deliver {} => {}
    }
    Ok(Response::new())
}

#[entry_point]
pub fn sudo(deps: DepsMut, _: Env, message: Sudo) -> StdResult<Response> {
    let mut state = load(deps.storage)?;
    let key = match message {
        Sudo::BeginBlock { infractions } => {
            state.begun += 1;
            state.infractions.extend(infractions);
            BEGIN
        }
        Sudo::EndBlock {} => {
            state.ended += 1;
            END
        }
    };
    // What is written before a failure must not stay.
    deps.storage.set(STATE, &to_json_vec(&state)?);
    let behaviour = match deps.storage.get(key) {
        Some(bytes) => from_json(bytes)?,
        None => Behaviour::Nothing {},
    };
    match behaviour {
        Behaviour::Nothing {} => Ok(Response::new().add_attribute("steward", "called")),
        Behaviour::Fail {} => Err(StdError::generic_err("told to fail")),
        Behaviour::Panic {} => panic!("told to panic"),
        Behaviour::Loop {} => forever(),
        Behaviour::Send { messages } => Ok(Response::new().add_messages(messages)),
    }
}

#[entry_point]
pub fn query(deps: Deps<Empty>, _: Env, message: Query) -> StdResult<Binary> {
    match message {
        Query::State {} => to_json_binary(&load(deps.storage)?),
    }
}

fn load(storage: &dyn Storage) -> StdResult<State> {
    storage.get(STATE).map_or_else(|| Ok(State::default()), from_json)
}

fn forever() -> ! {
    let mut count = 0u64;
    loop {
        count = core::hint::black_box(count.wrapping_add(1));
    }
}

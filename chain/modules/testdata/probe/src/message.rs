//! What the probe can be told.

use cosmwasm_std::{Binary, QueryRequest, SubMsg};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Instantiate {
    #[serde(default)]
    pub entries: Vec<(String, String)>,
    #[serde(default)]
    pub messages: Vec<SubMsg>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Set { key: String, value: String },
    Remove { key: String },
    /// Refuse.
    Fail { text: String },
    /// Abort.
    Panic { text: String },
    /// Never end.
    Loop {},
    /// Use up the Wasm stack.
    Recurse {},
    /// Take memory.
    Grow { bytes: u32 },
    /// Write so many entries of so many bytes.
    Fill { count: u32, bytes: u32 },
    /// Return so many attributes of so many bytes.
    Attributes { count: u32, bytes: u32 },
    /// Return these events.
    Events { attributes: Vec<(String, String)>, events: Vec<(String, Vec<(String, String)>)> },
    /// Send these.
    Send { messages: Vec<SubMsg>, data: Option<Binary> },
    /// Call the contract itself so many times, each inside the last.
    CallSelf { depth: u32 },
    /// Open so many iterators.
    Iterators { count: u32 },
    /// Answer a query with the right to write, as data.
    Ask { query: QueryMsg },
}

/// What a migration is told.
#[derive(Serialize, Deserialize)]
pub struct Migrate {
    #[serde(default)]
    pub messages: Vec<SubMsg>,
    /// Refuse.
    #[serde(default)]
    pub fail: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    /// A value as text.
    Get { key: String },
    /// Entries between two keys.
    Scan { start: Option<String>, end: Option<String>, descending: bool },
    /// Ask the contract itself so many times, each inside the last.
    Nest { depth: u32 },
    /// Never end.
    Loop {},
    /// What the contract is told about the block.
    Env {},
    /// Ask the chain, and tell what it said.
    Chain { request: QueryRequest },
    /// Address functions on one text.
    Address { text: String },
    /// A function of the VM's cryptography.
    Crypto { function: String, parts: Vec<Binary> },
    /// Keys alone, or values alone, of the first so many entries.
    Walk { values: bool, descending: bool, count: u32 },
    /// Refuse.
    Fail { text: String },
    /// Abort.
    Panic { text: String },
}

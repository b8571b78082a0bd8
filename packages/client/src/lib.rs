//! The Rust client of a Stoa chain: keys, transactions, queries, typed contracts, content store.
//!
//! Purpose: one implementation of "talk to the chain" for the command line, the relayer and tests.
//! Place: above the message crates, below every service; all network I/O of those services that is
//! not gRPC to a runner passes through here.
//! Invariants: transactions of one [`Client`] are sent one after the other, so its sequence numbers
//! never race; content read from a store equals the hash it was asked for; every wait and every
//! retry has a named bound.

mod actions;
mod client;
mod content;
mod contracts;
mod error;
mod events;
mod keys;
mod network;
mod query;
mod tx;

pub use actions::{Instantiated, StoredCode};
pub use client::Client;
pub use content::{ContentStore, MAX_CONTENT_BYTES, MemoryContentStore, ObjectContentStore, open};
pub use contracts::{Dao, Marketplace, Provenance};
pub use cosmwasm_std::{Coin, Uint128, coin, coins};
pub use error::ClientError;
pub use events::{BlockWatcher, Event, find_attribute};
pub use keys::{Key, KeyRecord, KeyStore};
pub use network::{GasPrice, Network};
pub use query::{ChainStatus, ContractRecord};
pub use tx::{Account, Message, TxOutcome, TxPolicy, TxRefusal};

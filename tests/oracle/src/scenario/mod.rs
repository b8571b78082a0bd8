//! What is sent: blocks of transactions, with names instead of addresses and numbers.
//!
//! A [`Tx`] is plain data, so that a failing random sequence can be written to a file and replayed.

mod access;
mod actor;
mod authority;
mod bank;
mod by_type;
mod contracts;
mod cw_plus;
mod fees;
mod grants;
mod lower;
mod refusals;
mod sign;
mod tx;
mod wasm;
mod world;

pub use actor::{ACTORS, Actor, account_id};
pub use authority::{DELEGATE, ORDERS};
pub use sign::Account;
pub use tx::{Action, Coins, Flaw, Tx, WITHOUT_LIMIT};
pub use world::World;

/// One chain's worth of blocks.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Scenario {
    /// Its name in reports.
    pub name: String,
    /// Transactions by block.
    pub blocks: Vec<Vec<Tx>>,
}

impl Scenario {
    /// A scenario with one transaction a block.
    fn singly(name: &str, txs: Vec<Tx>) -> Self {
        Self { name: name.to_owned(), blocks: txs.into_iter().map(|tx| vec![tx]).collect() }
    }
}

/// All scenarios.
pub fn all() -> Vec<Scenario> {
    vec![
        fees::scenario(),
        bank::scenario(),
        refusals::scenario(),
        wasm::scenario(),
        contracts::scenario(),
        cw_plus::scenario(),
        access::scenario(),
        authority::scenario(),
        grants::scenario(),
    ]
}

/// What random sequences stand on: codes and contracts to call.
pub fn stage() -> Vec<Vec<Tx>> {
    contracts::stage()
}

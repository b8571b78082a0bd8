//! The application as consensus drives it: faults, crashes, replay, money.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod beacon;
mod beacon_attacks;
mod block_gas;
mod contracts;
mod crashes;
mod dao;
mod disputes;
mod events;
mod export;
mod faults;
mod grants;
mod invariants;
mod load;
mod mempool;
mod money;
mod parameters;
mod privileges;
mod queries;
mod sign_modes;
mod simulate;
mod state_sync;
mod steward;
mod turns;
mod upgrades;
mod validators;

use stoa_app::TxResult;
use stoa_mock_consensus::{Actor, Genesis, MockChain};

/// What each actor owns at first.
const START: u128 = 1_000_000_000;

/// A chain on which `buyer` and `provider` own [`START`].
fn chain() -> (MockChain, Actor, Actor) {
    let (buyer, provider) = (Actor::new("buyer"), Actor::new("provider"));
    let genesis = Genesis::new().with_balance(&buyer, START).with_balance(&provider, START);
    (MockChain::new(&genesis).unwrap(), buyer, provider)
}

/// Codespace and code.
fn outcome(result: &TxResult) -> (&str, u32) {
    (&result.codespace, result.code)
}

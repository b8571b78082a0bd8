//! Money is neither made nor lost: random sequences of every message of the three contracts, from honest
//! and dishonest senders, with right and wrong funds, at random heights.
//!
//! After every step: what was accepted was allowed, the marketplace holds exactly what it owes, the
//! registry exactly what was paid in and not claimed (and at least what it owes), the sum of all
//! balances is constant, and every settled price is the sum of its parts. At the end everything is wound
//! up and nothing may be stuck.
//!
//! Replay a failure: `cargo test -p stoa-marketplace --test suite conservation` (the seed is kept in
//! `proptest-regressions`). More cases: `PROPTEST_CASES=1000`.

mod apply;
mod check;
mod ledger;
mod step;

use proptest::prelude::*;

use ledger::Ledger;
use step::step;

/// Steps of one case.
const MAX_STEPS: usize = 96;
/// Cases where `PROPTEST_CASES` does not say otherwise.
const DEFAULT_CASES: u32 = 128;

fn config() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = DEFAULT_CASES;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn money_is_neither_made_nor_lost_nor_stuck(
        steps in prop::collection::vec(step(), 1..MAX_STEPS),
    ) {
        let mut ledger = Ledger::new();
        for step in steps {
            ledger.apply(step);
            ledger.check()?;
        }
        ledger.wind_up()?;
    }
}

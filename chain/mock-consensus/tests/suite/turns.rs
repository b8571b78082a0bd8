//! Blocks on several cores end as on one.

use std::num::NonZeroUsize;

use cosmos_sdk_proto::Any;
use proptest::prelude::*;
use stoa_app::TxResult;
use stoa_mock_consensus::{Actor, Genesis, MockChain, TxBuilder, execute, instantiate, send};

use crate::{
    START,
    parameters::update,
    steward::{self, any, governor},
};

/// Everybody in the game.
const ACTORS: usize = 5;
/// Room for some of a block's transactions only.
const SMALL_BLOCK_GAS: i64 = 900_000;

fn cores(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

fn actors() -> Vec<Actor> {
    (0..ACTORS).map(|number| Actor::new(&format!("actor {number}"))).collect()
}

/// What one sender does.
#[derive(Clone, Debug)]
enum Act {
    Send {
        to: usize,
        amount: u128,
    },
    /// Opens an account: numbers are given in order.
    SendToNobody(u8),
    SendTooMuch,
    Write {
        key: u8,
        value: u8,
    },
    /// Sees what others have written.
    Scan,
    /// Sees its place in the block.
    Env,
    Fail,
    Loop,
    /// Stores its place in the block.
    Instantiate,
}

/// A transaction in the making: sender, act, gas limit, fee, and how far its sequence is off.
type Draft = (usize, Act, u64, u128, u64);

fn draft() -> impl Strategy<Value = Draft> {
    let act = prop_oneof![
        6 => (0..ACTORS, 0u128..5_000).prop_map(|(to, amount)| Act::Send { to, amount }),
        1 => (0u8..4).prop_map(Act::SendToNobody),
        1 => Just(Act::SendTooMuch),
        4 => (0u8..4, 0u8..3).prop_map(|(key, value)| Act::Write { key, value }),
        2 => Just(Act::Scan),
        2 => Just(Act::Env),
        1 => Just(Act::Fail),
        1 => Just(Act::Loop),
        1 => Just(Act::Instantiate),
    ];
    let gas = prop_oneof![1 => 20_000u64..90_000, 9 => 150_000u64..400_000];
    let fee = prop_oneof![1 => Just(0u128), 1 => Just(2 * START), 9 => 1u128..20_000];
    let off = prop_oneof![19 => Just(0u64), 1 => 1u64..3];
    (0..ACTORS, act, gas, fee, off)
}

fn message(act: &Act, from: &Actor, actors: &[Actor], contract: &str) -> Any {
    let told = |message: &str| execute(from, contract, message);
    match act {
        Act::Send { to, amount } => send(from, &actors[*to].address(), *amount),
        Act::SendToNobody(who) => send(from, &Actor::new(&format!("nobody {who}")).address(), 1),
        Act::SendTooMuch => send(from, &from.address(), 10 * START),
        Act::Write { key, value } => {
            told(&format!(r#"{{"set":{{"key":"k{key}","value":"{value}"}}}}"#))
        }
        Act::Scan => {
            told(r#"{"ask":{"query":{"scan":{"start":null,"end":null,"descending":true}}}}"#)
        }
        Act::Env => told(r#"{"ask":{"query":{"env":{}}}}"#),
        Act::Fail => told(r#"{"fail":{"text":"no"}}"#),
        Act::Loop => told(r#"{"loop":{}}"#),
        Act::Instantiate => instantiate(from, 1),
    }
}

/// The blocks of `drafts` on a chain with so many cores: all results, and the roots.
fn play(
    drafts: &[Vec<Draft>],
    count: usize,
    is_small: bool,
) -> (Vec<Vec<TxResult>>, Vec<[u8; 32]>) {
    let actors = actors();
    let with = |genesis: Genesis, actor: &Actor| genesis.with_balance(actor, START);
    let genesis = actors.iter().fold(steward::genesis(), with);
    let mut chain = MockChain::new(&genesis).unwrap().on_cores(cores(count)).unwrap();
    let contract = chain.deploy_probe(&actors[0]).unwrap();
    if is_small {
        let governor = governor();
        let limit = chain.tx(&governor).unwrap().message(any(&update(SMALL_BLOCK_GAS)));
        assert!(chain.deliver(limit.sign(&governor)).unwrap().is_ok());
    }
    let mut sequences: Vec<(u64, u64)> =
        actors.iter().map(|actor| chain.account(actor).unwrap()).collect();
    let (mut results, mut roots) = (Vec::new(), Vec::new());
    for block in drafts {
        let tx = |(from, act, gas, fee, off): &Draft| {
            let (number, sequence) = sequences[*from];
            sequences[*from].1 += 1;
            let message = message(act, &actors[*from], &actors, &contract);
            let tx = TxBuilder::new(number, sequence + off).message(message).gas(*gas).fee(*fee);
            tx.sign(&actors[*from])
        };
        let mut txs: Vec<Vec<u8>> = block.iter().map(tx).collect();
        txs.push(b"no transaction".to_vec());
        results.push(chain.deliver_block(txs).unwrap());
        roots.push(chain.app_hash().unwrap().unwrap());
        for (actor, sequence) in actors.iter().zip(&mut sequences) {
            *sequence = chain.account(actor).unwrap();
        }
    }
    (results, roots)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever is in a block: results, gas, events and root are those of one core.
    #[test]
    fn blocks_on_many_cores_end_as_on_one(
        drafts in proptest::collection::vec(proptest::collection::vec(draft(), 0..24), 1..4),
        count in 2usize..6, is_small: bool,
    ) {
        prop_assert_eq!(play(&drafts, count, is_small), play(&drafts, 1, is_small));
    }
}

/// A block in which everybody sends once.
fn sends(chain: &MockChain, actors: &[Actor], to: impl Fn(usize) -> usize) -> Vec<Vec<u8>> {
    let send = |(place, from): (usize, &Actor)| {
        chain.tx(from).unwrap().message(send(from, &actors[to(place)].address(), 7)).sign(from)
    };
    actors.iter().enumerate().map(send).collect()
}

#[test]
fn what_touches_nothing_in_common_is_executed_ahead_and_what_does_not_is_not_for_long() {
    let actors: Vec<Actor> =
        (0..120).map(|number| Actor::new(&format!("actor {number}"))).collect();
    let genesis =
        actors.iter().fold(Genesis::new(), |genesis, actor| genesis.with_balance(actor, START));
    let mut chain = MockChain::new(&genesis).unwrap();
    let deliver = |chain: &mut MockChain, txs: Vec<Vec<u8>>| {
        let before = chain.app().unwrap().tally();
        assert!(chain.deliver_block(txs).unwrap().iter().all(TxResult::is_ok));
        let after = chain.app().unwrap().tally();
        (after.of_use - before.of_use, after.in_vain - before.in_vain)
    };
    // The first fee after genesis is another matter: the collector's account is opened.
    let first = sends(&chain, &actors[..1], |_| 0);
    deliver(&mut chain, first);
    // Each pays itself. All pay the fee collector, and all are counted.
    let apart = sends(&chain, &actors, |place| place);
    assert_eq!(deliver(&mut chain, apart).1, 0);
    // Each pays the next, who pays before it was paid or after.
    let chained = sends(&chain, &actors, |place| (place + 1) % 120);
    let (of_use, in_vain) = deliver(&mut chain, chained);
    assert!(of_use + in_vain <= 120);
    // All pay one.
    let together = sends(&chain, &actors, |_| 0);
    let (_, in_vain) = deliver(&mut chain, together);
    assert!(in_vain <= 40, "{in_vain} of 120 in vain");
}

//! A state goes out as a genesis and comes in again.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        bank::v1beta1::{QueryAllBalancesRequest, QueryAllBalancesResponse},
        base::v1beta1::Coin,
        vesting::v1beta1::{MsgCreatePermanentLockedAccount, MsgCreateVestingAccount},
    },
};
use proptest::prelude::*;
use stoa_app::{Exported, snapshot::Schedule};
use stoa_mock_consensus::{Actor, DENOM, Genesis, MockChain, Network, Validator, execute, send};
use stoa_modules::router::Continuation;
use stoa_proto::cosmwasm::wasm::v1::{QueryAllContractStateRequest, QueryAllContractStateResponse};

use crate::{
    START,
    contracts::{raw, signed},
    grants::{allow, authorize, pack},
    outcome,
};

/// Who acts.
const ROLES: [&str; 4] = ["buyer", "provider", "newcomer", "owner"];

fn actors() -> [Actor; 4] {
    ROLES.map(Actor::new)
}

fn begun(genesis: &Genesis) -> MockChain {
    let [buyer, provider, ..] = actors();
    MockChain::new(&genesis.clone().with_balance(&buyer, START).with_balance(&provider, START))
        .unwrap()
}

fn restarted(exported: &Exported) -> MockChain {
    MockChain::from_file(exported.clone().into(), Schedule::NEVER).unwrap()
}

fn export(chain: &MockChain) -> Exported {
    chain.app().unwrap().export(None, Continuation::NextHeight).unwrap()
}

/// What somebody does in a random history.
#[derive(Clone, Debug)]
enum Act {
    Send(u128),
    Authorize,
    Allow(u128),
    Vest(u128),
    Lock(u128),
    Write(u8),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1u128..9_000_000).prop_map(Act::Send),
        1 => Just(Act::Authorize),
        1 => (1u128..90_000).prop_map(Act::Allow),
        1 => (1u128..90_000).prop_map(Act::Vest),
        1 => (1u128..90_000).prop_map(Act::Lock),
        2 => any::<u8>().prop_map(Act::Write),
        1 => (1u64..4).prop_map(Act::Wait),
    ]
}

fn coin(amount: u128) -> Vec<Coin> {
    vec![Coin { denom: DENOM.to_owned(), amount: amount.to_string() }]
}

/// The message of an act; none where time passes only.
fn message(chain: &MockChain, act: &Act, from: &Actor, to: &Actor, contract: &str) -> Option<Any> {
    let (from_address, to_address) = (from.address().to_string(), to.address().to_string());
    Some(match act {
        Act::Send(amount) => send(from, &to.address(), *amount),
        Act::Authorize => authorize(from, to, None),
        Act::Allow(limit) => allow(from, to, *limit, None),
        Act::Vest(amount) => pack(&MsgCreateVestingAccount {
            from_address,
            to_address: Actor::new(&format!("vesting {}", chain.height())).address().to_string(),
            amount: coin(*amount),
            end_time: 1_900_000_000,
            delayed: amount % 2 == 0,
        }),
        Act::Lock(amount) => pack(&MsgCreatePermanentLockedAccount {
            from_address,
            to_address,
            amount: coin(*amount),
        }),
        Act::Write(value) => {
            let key = value % 7;
            let text = format!(r#"{{"set":{{"key":"{key}","value":"{value}"}}}}"#);
            execute(from, contract, &text)
        }
        Act::Wait(_) => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Exporting what was made from an export gives the same export, and both chains go on with the same
    /// answers to the same transactions.
    #[test]
    fn an_export_comes_back_whole_after_any_history(
        acts in proptest::collection::vec((act(), 0usize..4, 0usize..4), 1..25),
    ) {
        let mut chain = begun(&Genesis::new());
        let actors = actors();
        let contract = chain.deploy_probe(&actors[0]).unwrap();
        for (act, from, to) in &acts {
            let (from, to) = (&actors[*from], &actors[*to]);
            match (act, chain.account(from)) {
                (Act::Wait(blocks), _) => chain.advance_blocks(*blocks).unwrap(),
                (_, Err(_)) => {}
                (act, Ok(_)) => {
                    let message = message(&chain, act, from, to, &contract).unwrap();
                    chain.deliver(signed(&chain, from, message)).unwrap();
                }
            }
        }
        let exported = export(&chain);
        let mut again = restarted(&exported);
        prop_assert_eq!(&export(&again), &exported);
        prop_assert_eq!(again.height(), chain.height());

        again.advance_blocks(1).unwrap();
        chain.advance_blocks(1).unwrap();
        for actor in &actors {
            let address = actor.address().to_string();
            let request = QueryAllBalancesRequest { address, ..QueryAllBalancesRequest::default() };
            let owned = |chain: &MockChain| {
                let path = "/cosmos.bank.v1beta1.Query/AllBalances";
                chain.query::<QueryAllBalancesResponse>(path, &request).unwrap().balances
            };
            prop_assert_eq!(owned(&chain), owned(&again));
            prop_assert_eq!(chain.account(actor).ok(), again.account(actor).ok());
        }
        let request = QueryAllContractStateRequest { address: contract.clone(), pagination: None };
        let stored = |chain: &MockChain| {
            let path = "/cosmwasm.wasm.v1.Query/AllContractState";
            chain.query::<QueryAllContractStateResponse>(path, &request).unwrap().models
        };
        prop_assert_eq!(stored(&chain), stored(&again));
        prop_assert_eq!(chain.supply().unwrap(), again.supply().unwrap());
        let write = execute(&actors[0], &contract, r#"{"set":{"key":"k","value":"v"}}"#);
        let tx = signed(&chain, &actors[0], write);
        let results = [&mut chain, &mut again].map(|chain| chain.deliver(tx.clone()).unwrap());
        prop_assert_eq!(outcome(&results[0]), outcome(&results[1]));
        prop_assert_eq!(raw(&chain, &contract, "k"), raw(&again, &contract, "k"));
    }
}

#[test]
fn an_earlier_height_is_exported_as_it_was() {
    let mut chain = begun(&Genesis::new());
    let [buyer, provider, ..] = actors();
    let (height, before) = (chain.height(), export(&chain));
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    chain.deliver(tx.sign(&buyer)).unwrap();
    let app = chain.app().unwrap();
    assert_eq!(app.export(Some(height), Continuation::NextHeight).unwrap(), before);
    assert_ne!(export(&chain), before);
    assert!(app.export(Some(height + 9), Continuation::NextHeight).is_err());
}

#[test]
fn validators_and_the_beacon_go_on_at_the_next_height_and_begin_anew_at_height_one() {
    let validators = ["first", "second", "third"].map(|role| Validator::new(role, 10));
    let mut network = Network::new(&Genesis::new().with_window(4), &validators).unwrap();
    network.advance_blocks(15).unwrap();
    let export = |continuation| network.app(0).unwrap().export(None, continuation).unwrap();
    let exported = export(Continuation::NextHeight);
    let section = &exported.app_state["beacon"];
    assert_eq!(section["contributors"].as_array().unwrap().len(), 3);
    assert!(!section["values"].as_array().unwrap().is_empty());
    assert_eq!((exported.initial_height, exported.validators.len()), (16, 3));
    let again = restarted(&exported);
    assert_eq!(self::export(&again), exported);

    let anew = export(Continuation::ZeroHeight);
    assert_eq!(anew.initial_height, 1);
    assert!(anew.app_state["beacon"]["values"].as_array().unwrap().is_empty());
    let mut again = restarted(&anew);
    assert_eq!(again.height(), 0);
    again.advance_blocks(3).unwrap();
}

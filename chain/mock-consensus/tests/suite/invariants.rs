//! Invariants: a state that contradicts itself halts the node.

use serde_json::json;
use stoa_app::AppError;
use stoa_mock_consensus::{MockChain, MockError};
use stoa_modules::{
    bank,
    upgrade::{StoreUpgrades, Upgrade, Upgrades},
};
use stoa_proto::privilege::v1::Privilege;

use cosmos_sdk_proto::cosmos::upgrade::v1beta1::{MsgSoftwareUpgrade, Plan};

use crate::steward::{any, deploy, genesis, govern, governor, grant};

const EVERY: u64 = 4;

#[test]
fn they_hold_on_a_chain_that_is_used() {
    let genesis = genesis().with_section("invariants", json!({"every_blocks": "1"}));
    let mut chain = MockChain::new(&genesis).unwrap();
    let contract = deploy(&mut chain);
    grant(&mut chain, &contract, Privilege::EndBlock, 1_000_000);
    chain.advance_blocks(3).unwrap();
}

/// A release whose upgrade makes money from nothing.
fn faulty() -> Upgrades {
    let upgrade = Upgrade {
        name: "faulty",
        stores: StoreUpgrades::default(),
        apply: |ctx| {
            let owner = governor().address();
            let key = [&[2u8, 20][..], owner.as_bytes(), b"ustoa"].concat();
            ctx.set(bank::STORE, &key, b"1".to_vec())
        },
    };
    Upgrades { known: vec![upgrade], ..Upgrades::default() }
}

#[test]
fn a_broken_one_halts_at_the_next_look_with_its_name() {
    let genesis = genesis().with_section("invariants", json!({"every_blocks": EVERY.to_string()}));
    let mut chain = MockChain::new(&genesis).unwrap();
    let plan = Plan { name: "faulty".to_owned(), height: 5, ..Plan::default() };
    let authority = governor().address().to_string();
    govern(&mut chain, any(&MsgSoftwareUpgrade { authority, plan: Some(plan) }));
    chain.advance_blocks(4 - chain.height()).unwrap();
    assert!(chain.advance_blocks(1).is_err());
    chain.exchange_binary(faulty()).unwrap();
    chain.advance_blocks(2).unwrap();
    assert_eq!(chain.height(), 7);
    let halted = chain.advance_blocks(1);
    let Err(MockError::App(AppError::Invariant { name, detail })) = halted else {
        panic!("{halted:?}");
    };
    assert_eq!(name, "bank/supply", "{detail}");
}

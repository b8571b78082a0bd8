//! Attacks, each with the error that stops it.

use cosmwasm_std::coin;
use cw_multi_test::{ContractWrapper, Executor};
use stoa_primitives::BasisPoints;
use stoa_provenance::{ContractError, contract};
use stoa_provenance_types::{ExecuteMsg, InstantiateMsg};

use crate::world::{DENOM, START_BALANCE, World, asset, hash, percent};

#[test]
fn an_asset_cannot_be_its_own_parent() {
    let mut world = World::new();
    let attacker = world.attacker.clone();
    let content_hash = hash("ouroboros");
    assert_eq!(
        world.run(&attacker, &asset("ouroboros", &[content_hash], percent(10)), &[]).unwrap_err(),
        ContractError::LineageCycle { content_hash }
    );
}

#[test]
fn a_cycle_of_two_needs_a_parent_that_does_not_exist_yet() {
    let mut world = World::new();
    let attacker = world.attacker.clone();
    let tail = hash("tail");
    assert_eq!(
        world.run(&attacker, &asset("head", &[tail], percent(10)), &[]).unwrap_err(),
        ContractError::UnknownParent { parent: tail }
    );
}

#[test]
fn a_parent_listed_twice_is_refused() {
    let mut world = World::new();
    let attacker = world.attacker.clone();
    let parent = world.register(&attacker, "parent", &[], percent(10));
    assert_eq!(
        world.run(&attacker, &asset("child", &[parent, parent], percent(0)), &[]).unwrap_err(),
        ContractError::DuplicateParent { parent }
    );
}

#[test]
fn royalties_above_the_whole_are_refused_and_exactly_the_whole_is_not() {
    let mut world = World::new();
    let attacker = world.attacker.clone();
    let most = world.register(&attacker, "most", &[], percent(60));
    let rest = world.register(&attacker, "rest", &[], percent(40));
    let drop = world.register(&attacker, "drop", &[], BasisPoints::new(1).unwrap());
    world.register(&attacker, "whole", &[most, rest], percent(0));
    assert_eq!(
        world.run(&attacker, &asset("more", &[most, rest, drop], percent(0)), &[]).unwrap_err(),
        ContractError::RoyaltySum { actual: 10_001 }
    );
}

#[test]
fn nobody_but_the_owner_claims() {
    let mut world = World::new();
    let (owner, attacker) = (world.owner.clone(), world.attacker.clone());
    let content_hash = world.register(&owner, "model", &[], percent(0));
    world.pay(content_hash, 100).unwrap();
    assert_eq!(
        world.claim(&attacker, content_hash, &[]).unwrap_err(),
        ContractError::NotOwner { content_hash }
    );
}

#[test]
fn a_second_claim_finds_nothing() {
    let mut world = World::new();
    let owner = world.owner.clone();
    let content_hash = world.register(&owner, "model", &[], percent(0));
    world.pay(content_hash, 100).unwrap();
    world.claim(&owner, content_hash, &[]).unwrap();
    assert_eq!(
        world.claim(&owner, content_hash, &[]).unwrap_err(),
        ContractError::NothingToClaim { content_hash }
    );
    assert_eq!(world.balance(&owner), START_BALANCE + 100);
}

#[test]
fn listing_a_child_twice_in_a_claim_collects_once() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(10));
    let model = world.register(&owner, "model", &[data], percent(0));
    world.pay(model, 100).unwrap();
    world.claim(&author, data, &[model, model]).unwrap();
    assert_eq!(world.balance(&author), START_BALANCE + 10);
}

#[test]
fn claiming_from_a_strangers_child_is_refused() {
    let mut world = World::new();
    let (owner, attacker) = (world.owner.clone(), world.attacker.clone());
    let child = world.register(&owner, "model", &[], percent(0));
    let parent = world.register(&attacker, "leech", &[], percent(100));
    world.pay(child, 100).unwrap();
    assert_eq!(
        world.claim(&attacker, parent, &[child]).unwrap_err(),
        ContractError::NotDerived { child, parent }
    );
}

/// With two parents at 50 %, an owner paid by `received − Σ floor(…)` could take the first unit, which
/// belongs to a parent as soon as the second arrives.
#[test]
fn an_owner_who_claims_between_two_payments_takes_nothing_from_the_parents() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let left = world.register(&author, "left", &[], percent(50));
    let right = world.register(&author, "right", &[], percent(50));
    let content_hash = world.register(&owner, "model", &[left, right], percent(0));
    world.pay(content_hash, 1).unwrap();
    assert_eq!(
        world.claim(&owner, content_hash, &[]).unwrap_err(),
        ContractError::NothingToClaim { content_hash }
    );
    world.pay(content_hash, 1).unwrap();
    world.claim(&author, left, &[content_hash]).unwrap();
    world.claim(&author, right, &[content_hash]).unwrap();
    assert_eq!(world.balance(&author), START_BALANCE + 2);
    assert_eq!(world.balance(&world.registry), 0);
}

#[test]
fn messages_that_take_no_funds_refuse_them() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(10));
    let model = world.register(&owner, "model", &[data], percent(0));
    world.pay(model, 100).unwrap();
    for msg in [
        asset("other", &[], percent(0)),
        ExecuteMsg::Collect { child: model, parent: data },
        ExecuteMsg::Claim { asset: model, collect_from: vec![] },
    ] {
        assert_eq!(
            world.run(&owner, &msg, &[coin(1, DENOM)]).unwrap_err(),
            ContractError::NonPayable { coins: 1 }
        );
    }
}

#[test]
fn a_registry_is_not_set_up_with_a_malformed_denomination_or_with_funds() {
    let mut world = World::new();
    let code = ContractWrapper::new(contract::execute, contract::instantiate, contract::query);
    let code_id = world.app.store_code(Box::new(code));
    let owner = world.owner.clone();
    let mut instantiate = |denom: &str, funds: &[cosmwasm_std::Coin]| -> ContractError {
        let msg = InstantiateMsg { denom: denom.to_owned() };
        world
            .app
            .instantiate_contract(code_id, owner.clone(), &msg, funds, "x", None)
            .unwrap_err()
            .downcast()
            .unwrap()
    };
    for denom in ["", "us", "1stoa", "u stoa"] {
        let expected = ContractError::InvalidDenom { denom: denom.to_owned() };
        assert_eq!(instantiate(denom, &[]), expected);
    }
    assert_eq!(instantiate(DENOM, &[coin(1, DENOM)]), ContractError::NonPayable { coins: 1 });
}

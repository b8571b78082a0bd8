//! Paying income.

use cosmwasm_std::coin;
use stoa_provenance::ContractError;
use stoa_provenance_types::ExecuteMsg;

use crate::world::{DENOM, OTHER_DENOM, World, hash, percent};

#[test]
fn a_payment_is_received_by_the_asset_alone_until_a_parent_collects() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(10));
    let model = world.register(&owner, "model", &[data], percent(0));
    world.pay(model, 1_000).unwrap();
    assert_eq!(world.asset(model).received.u128(), 1_000);
    assert_eq!(world.asset(data).received.u128(), 0);
    assert_eq!(world.claimable(model), 900);
    assert_eq!(world.claimable(data), 0);
    assert_eq!(world.balance(&world.registry), 1_000);
}

#[test]
fn only_one_coin_of_the_denomination_is_accepted() {
    let mut world = World::new();
    let (owner, buyer) = (world.owner.clone(), world.buyer.clone());
    let asset = world.register(&owner, "model", &[], percent(0));
    let pay = ExecuteMsg::Pay { asset };
    assert_eq!(
        world.run(&buyer, &pay, &[]).unwrap_err(),
        ContractError::NoFunds { denom: DENOM.to_owned() }
    );
    assert_eq!(
        world.run(&buyer, &pay, &[coin(5, OTHER_DENOM)]).unwrap_err(),
        ContractError::WrongDenom { expected: DENOM.to_owned(), actual: OTHER_DENOM.to_owned() }
    );
    assert_eq!(
        world.run(&buyer, &pay, &[coin(5, DENOM), coin(5, OTHER_DENOM)]).unwrap_err(),
        ContractError::SeveralCoins { coins: 2 }
    );
}

#[test]
fn an_unregistered_asset_is_not_paid() {
    let mut world = World::new();
    let content_hash = hash("nobody's");
    assert_eq!(
        world.pay(content_hash, 10).unwrap_err(),
        ContractError::UnknownAsset { content_hash }
    );
}

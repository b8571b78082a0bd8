//! Offering a service.

use cosmwasm_std::{Uint128, coin};
use stoa_marketplace::ContractError;
use stoa_marketplace_types::{
    ExecuteMsg, MAX_ENDPOINT_BYTES, MAX_NAME_BYTES, QueryMsg, ServicesResponse,
};

use crate::world::{
    DENOM, MINIMUM_BOND, OTHER_DENOM, PRICE, ROYALTY, World, attribute, hash, offer, points, price,
};

fn refused(change: impl FnOnce(&mut ExecuteMsg)) -> ContractError {
    let mut world = World::new();
    let mut msg = offer(world.model);
    change(&mut msg);
    let provider = world.provider.clone();
    world.run(&provider, &msg, &price(MINIMUM_BOND)).unwrap_err()
}

#[test]
fn a_service_holds_its_bond_and_the_models_royalty() {
    let mut world = World::new();
    let provider = world.provider.clone();
    let msg = offer(world.model);
    let response = world.run(&provider, &msg, &price(MINIMUM_BOND + 1)).unwrap();
    assert_eq!(attribute(&response, "action"), "register_service");
    assert_eq!(attribute(&response, "service_id"), "1");
    let service = world.service_of(1);
    assert_eq!(service.provider, provider.as_str());
    assert_eq!(service.bond.u128(), MINIMUM_BOND + 1);
    assert_eq!(service.royalty, points(ROYALTY));
    assert_eq!(service.price.u128(), PRICE);
    assert!(service.is_active);
    assert_eq!(world.obligations().bonded.u128(), MINIMUM_BOND + 1);
}

#[test]
fn services_are_listed_in_pages() {
    let mut world = World::new();
    for _ in 0..3 {
        world.service();
    }
    let ids = |start_after, limit| -> Vec<u64> {
        let page: ServicesResponse = world.query(&QueryMsg::Services { start_after, limit });
        page.services.iter().map(|service| service.service_id).collect()
    };
    assert_eq!(ids(None, Some(2)), [1, 2]);
    assert_eq!(ids(Some(2), Some(2)), [3]);
    assert_eq!(ids(None, Some(u32::MAX)), [1, 2, 3]);
}

#[test]
fn a_model_that_nobody_registered_is_refused() {
    let unknown = hash("unknown");
    let error = refused(|msg| {
        if let ExecuteMsg::RegisterService { model, .. } = msg {
            *model = unknown;
        }
    });
    assert_eq!(error, ContractError::UnknownModel { model: unknown });
}

#[test]
fn a_dataset_is_not_served() {
    let dataset = hash("data");
    let error = refused(|msg| {
        if let ExecuteMsg::RegisterService { model, .. } = msg {
            *model = dataset;
        }
    });
    assert_eq!(error, ContractError::NotAModel { model: dataset });
}

#[test]
fn a_price_of_zero_is_refused() {
    let error = refused(|msg| {
        if let ExecuteMsg::RegisterService { price, .. } = msg {
            *price = Uint128::zero();
        }
    });
    assert_eq!(error, ContractError::ZeroPrice {});
}

#[test]
fn names_endpoints_and_keys_have_a_form() {
    for text in [String::new(), "n".repeat(MAX_NAME_BYTES + 1)] {
        let actual = text.len();
        let error = refused(|msg| {
            if let ExecuteMsg::RegisterService { name, .. } = msg {
                *name = text;
            }
        });
        assert_eq!(error, ContractError::NameLength { actual });
    }
    for text in [String::new(), "e".repeat(MAX_ENDPOINT_BYTES + 1)] {
        let actual = text.len();
        let error = refused(|msg| {
            if let ExecuteMsg::RegisterService { endpoint, .. } = msg {
                *endpoint = text;
            }
        });
        assert_eq!(error, ContractError::EndpointLength { actual });
    }
    let error = refused(|msg| {
        if let ExecuteMsg::RegisterService { endpoint, .. } = msg {
            *endpoint = "http://a b".to_owned();
        }
    });
    assert_eq!(error, ContractError::EndpointCharacter {});
    for key in [vec![], vec![2; 32], vec![4; 33], vec![2; 65]] {
        let actual_bytes = key.len();
        let error = refused(|msg| {
            if let ExecuteMsg::RegisterService { receipt_key, .. } = msg {
                *receipt_key = key.into();
            }
        });
        assert_eq!(error, ContractError::ReceiptKey { actual_bytes });
    }
}

#[test]
fn a_bond_is_one_coin_of_the_denomination_and_large_enough() {
    let mut world = World::new();
    let provider = world.provider.clone();
    let msg = offer(world.model);
    let minimum = Uint128::new(MINIMUM_BOND);
    for actual in [0, MINIMUM_BOND - 1] {
        let funds: Vec<_> =
            price(actual).into_iter().filter(|coin| !coin.amount.is_zero()).collect();
        assert_eq!(
            world.run(&provider, &msg, &funds).unwrap_err(),
            ContractError::BondTooSmall { minimum, actual: Uint128::new(actual) }
        );
    }
    assert_eq!(
        world.run(&provider, &msg, &[coin(MINIMUM_BOND, OTHER_DENOM)]).unwrap_err(),
        ContractError::WrongDenom { expected: DENOM.to_owned(), actual: OTHER_DENOM.to_owned() }
    );
    let both = [coin(MINIMUM_BOND, DENOM), coin(MINIMUM_BOND, OTHER_DENOM)];
    assert_eq!(
        world.run(&provider, &msg, &both).unwrap_err(),
        ContractError::SeveralCoins { coins: 2 }
    );
}

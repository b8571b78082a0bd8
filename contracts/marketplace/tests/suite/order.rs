//! Ordering a job.

use cosmwasm_std::{Uint128, coin};
use stoa_marketplace::ContractError;
use stoa_marketplace_types::{ExecuteMsg, JobStatus, MAX_DEADLINE_BLOCKS};

use crate::world::{
    DEADLINE_BLOCKS, DENOM, FEE, OTHER_DENOM, PRICE, ROYALTY, World, attribute, hash, id_in,
    order_of, points, price,
};

#[test]
fn an_order_escrows_the_price_and_copies_the_terms() {
    let mut world = World::new();
    let buyer = world.buyer.clone();
    let service_id = world.service();
    let response = world.run(&buyer, &order_of(service_id), &price(PRICE)).unwrap();
    let job = world.job(id_in(&response));
    assert_eq!(job.buyer, buyer.as_str());
    assert_eq!(job.status, JobStatus::Ordered {});
    assert_eq!(job.deadline_height, world.height() + DEADLINE_BLOCKS);
    assert_eq!((job.protocol_fee, job.royalty), (points(FEE), points(ROYALTY)));
    assert_eq!(world.obligations().escrowed.u128(), PRICE);
    assert_eq!(world.service_of(service_id).open_jobs, 1);
    for (key, value) in [
        ("action", "order".to_owned()),
        ("job_id", "1".to_owned()),
        ("service_id", service_id.to_string()),
        ("provider", world.provider.to_string()),
        ("input_hash", hash("input").to_string()),
        ("deadline_height", job.deadline_height.to_string()),
        ("price", PRICE.to_string()),
    ] {
        assert_eq!(attribute(&response, key), value);
    }
}

#[test]
fn anything_but_exactly_the_price_is_refused() {
    let mut world = World::new();
    let buyer = world.buyer.clone();
    let service_id = world.service();
    let asked = Uint128::new(PRICE);
    let mut refused = |funds: &[_]| world.run(&buyer, &order_of(service_id), funds).unwrap_err();
    assert_eq!(refused(&[]), ContractError::Underpaid { price: asked, paid: Uint128::zero() });
    assert_eq!(
        refused(&price(PRICE - 1)),
        ContractError::Underpaid { price: asked, paid: Uint128::new(PRICE - 1) }
    );
    assert_eq!(
        refused(&price(PRICE + 1)),
        ContractError::Overpaid { price: asked, paid: Uint128::new(PRICE + 1) }
    );
    assert_eq!(
        refused(&[coin(PRICE, OTHER_DENOM)]),
        ContractError::WrongDenom { expected: DENOM.to_owned(), actual: OTHER_DENOM.to_owned() }
    );
    assert_eq!(
        refused(&[coin(PRICE, DENOM), coin(1, OTHER_DENOM)]),
        ContractError::SeveralCoins { coins: 2 }
    );
}

#[test]
fn a_deadline_is_bounded() {
    let mut world = World::new();
    let buyer = world.buyer.clone();
    let service_id = world.service();
    for actual in [0, MAX_DEADLINE_BLOCKS + 1, u64::MAX] {
        let msg =
            ExecuteMsg::Order { service_id, input_hash: hash("input"), deadline_blocks: actual };
        assert_eq!(
            world.run(&buyer, &msg, &price(PRICE)).unwrap_err(),
            ContractError::DeadlineBlocks { actual }
        );
    }
}

#[test]
fn an_unknown_service_takes_no_orders() {
    let mut world = World::new();
    let buyer = world.buyer.clone();
    assert_eq!(
        world.run(&buyer, &order_of(1), &price(PRICE)).unwrap_err(),
        ContractError::UnknownService { service_id: 1 }
    );
}

//! Dividing the price.

use cosmwasm_std::Uint128;
use stoa_marketplace::ContractError;
use stoa_marketplace_types::JobStatus;

use crate::world::{MINIMUM_BOND, PRICE, START_BALANCE, WINDOW_BLOCKS, World, attribute};

#[test]
fn provider_lineage_and_treasury_are_paid_once_the_window_is_over() {
    let mut world = World::new();
    let service_id = world.service();
    let job_id = world.delivered(service_id);
    world.advance_blocks(WINDOW_BLOCKS);
    let response = world.settle(job_id).unwrap();
    // 1,000: 5 % fee, 10 % of the remaining 950 to the lineage.
    assert_eq!(world.balance(&world.dao), 50);
    assert_eq!(world.balance(&world.registry), 95);
    assert_eq!(world.balance(&world.provider), START_BALANCE - MINIMUM_BOND + 855);
    assert_eq!(world.balance(&world.buyer), START_BALANCE - PRICE);
    assert_eq!(world.balance(&world.marketplace), MINIMUM_BOND);
    for (key, value) in
        [("action", "settle"), ("fee", "50"), ("royalty", "95"), ("provider_income", "855")]
    {
        assert_eq!(attribute(&response, key), value);
    }
    assert!(matches!(
        world.status(job_id),
        JobStatus::Settled { fee, .. } if fee == Uint128::new(50)
    ));
    assert!(world.obligations().escrowed.is_zero());
    assert_eq!(world.service_of(service_id).open_jobs, 0);
}

#[test]
fn a_royalty_that_rounds_to_zero_sends_nothing() {
    let mut world = World::new();
    let (provider, buyer) = (world.provider.clone(), world.buyer.clone());
    let service_id = world.service();
    let update = stoa_marketplace_types::ExecuteMsg::UpdateService {
        service_id,
        price: Some(Uint128::one()),
        endpoint: None,
    };
    world.run(&provider, &update, &[]).unwrap();
    let order = crate::world::order_of(service_id);
    let job_id = crate::world::id_in(&world.run(&buyer, &order, &crate::world::price(1)).unwrap());
    let receipt = world.receipt(job_id);
    world.deliver(receipt).unwrap();
    world.advance_blocks(WINDOW_BLOCKS);
    world.settle(job_id).unwrap();
    assert_eq!(world.balance(&world.registry), 0);
    assert_eq!(world.balance(&world.dao), 0);
    assert_eq!(world.balance(&provider), START_BALANCE - MINIMUM_BOND + 1);
}

#[test]
fn a_fee_changed_after_the_order_does_not_touch_it() {
    let mut world = World::new();
    let service_id = world.service();
    let job_id = world.delivered(service_id);
    world.vote_fee(2_000);
    world.advance_blocks(WINDOW_BLOCKS);
    world.settle(job_id).unwrap();
    assert_eq!(world.balance(&world.dao), 50);
}

#[test]
fn an_ordered_job_is_not_settled() {
    let mut world = World::new();
    let service_id = world.service();
    let job_id = world.order(service_id);
    world.advance_blocks(WINDOW_BLOCKS);
    assert_eq!(
        world.settle(job_id).unwrap_err(),
        ContractError::NotDelivered { job_id, status: "ordered" }
    );
    assert_eq!(world.settle(9).unwrap_err(), ContractError::UnknownJob { job_id: 9 });
}

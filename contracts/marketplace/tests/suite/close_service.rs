//! Ending a service.

use stoa_marketplace::ContractError;
use stoa_marketplace_types::ExecuteMsg;

use crate::world::{PRICE, START_BALANCE, WINDOW_BLOCKS, World, order_of, price};

#[test]
fn the_bond_returns_when_no_job_is_open() {
    let mut world = World::new();
    let provider = world.provider.clone();
    let service_id = world.service();
    let job_id = world.delivered(service_id);
    world.advance_blocks(WINDOW_BLOCKS);
    world.settle(job_id).unwrap();
    let income = world.balance(&provider);
    world.run(&provider, &ExecuteMsg::CloseService { service_id }, &[]).unwrap();
    assert!(world.balance(&provider) > income);
    assert!(world.balance(&provider) > START_BALANCE);
    let service = world.service_of(service_id);
    assert!(!service.is_active && service.bond.is_zero());
    assert!(world.obligations().bonded.is_zero());
}

#[test]
fn a_closed_service_takes_no_orders() {
    let mut world = World::new();
    let (provider, buyer) = (world.provider.clone(), world.buyer.clone());
    let service_id = world.service();
    world.run(&provider, &ExecuteMsg::CloseService { service_id }, &[]).unwrap();
    assert_eq!(
        world.run(&buyer, &order_of(service_id), &price(PRICE)).unwrap_err(),
        ContractError::ServiceClosed { service_id }
    );
}

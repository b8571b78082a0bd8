//! Changing what a service asks.

use cosmwasm_std::Uint128;
use stoa_marketplace::ContractError;
use stoa_marketplace_types::ExecuteMsg;

use crate::world::{PRICE, World, order_of, price};

fn update(service_id: u64, price: Option<u128>, endpoint: Option<&str>) -> ExecuteMsg {
    ExecuteMsg::UpdateService {
        service_id,
        price: price.map(Uint128::new),
        endpoint: endpoint.map(str::to_owned),
    }
}

#[test]
fn an_open_order_keeps_its_price() {
    let mut world = World::new();
    let (provider, buyer) = (world.provider.clone(), world.buyer.clone());
    let service_id = world.service();
    let job_id = world.order(service_id);
    world.run(&provider, &update(service_id, Some(2 * PRICE), Some("http://new")), &[]).unwrap();
    assert_eq!(world.job(job_id).price.u128(), PRICE);
    let service = world.service_of(service_id);
    assert_eq!((service.price.u128(), service.endpoint.as_str()), (2 * PRICE, "http://new"));
    assert_eq!(
        world.run(&buyer, &order_of(service_id), &price(PRICE)).unwrap_err(),
        ContractError::Underpaid { price: Uint128::new(2 * PRICE), paid: Uint128::new(PRICE) }
    );
}

#[test]
fn only_the_provider_changes_a_service_that_exists_and_is_open() {
    let mut world = World::new();
    let (provider, attacker) = (world.provider.clone(), world.attacker.clone());
    let service_id = world.service();
    assert_eq!(
        world.run(&attacker, &update(service_id, Some(1), None), &[]).unwrap_err(),
        ContractError::NotProvider { service_id }
    );
    assert_eq!(
        world.run(&provider, &update(9, Some(1), None), &[]).unwrap_err(),
        ContractError::UnknownService { service_id: 9 }
    );
    world.run(&provider, &ExecuteMsg::CloseService { service_id }, &[]).unwrap();
    assert_eq!(
        world.run(&provider, &update(service_id, Some(1), None), &[]).unwrap_err(),
        ContractError::ServiceClosed { service_id }
    );
}

#[test]
fn empty_and_malformed_changes_are_refused() {
    let mut world = World::new();
    let provider = world.provider.clone();
    let service_id = world.service();
    let mut refused = |msg: ExecuteMsg| world.run(&provider, &msg, &[]).unwrap_err();
    assert_eq!(refused(update(service_id, None, None)), ContractError::NothingToUpdate {});
    assert_eq!(refused(update(service_id, Some(0), None)), ContractError::ZeroPrice {});
    assert_eq!(
        refused(update(service_id, None, Some(""))),
        ContractError::EndpointLength { actual: 0 }
    );
}

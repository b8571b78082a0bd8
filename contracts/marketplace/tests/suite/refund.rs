//! Returning the price.

use stoa_marketplace::ContractError;
use stoa_marketplace_types::JobStatus;

use crate::world::{DEADLINE_BLOCKS, MINIMUM_BOND, START_BALANCE, World, attribute};

#[test]
fn anyone_returns_a_missed_job_to_its_buyer() {
    let mut world = World::new();
    let service_id = world.service();
    let job_id = world.order(service_id);
    world.advance_blocks(DEADLINE_BLOCKS + 1);
    let response = world.refund(job_id).unwrap();
    assert_eq!(attribute(&response, "action"), "refund");
    assert_eq!(world.balance(&world.buyer), START_BALANCE);
    assert_eq!(world.balance(&world.marketplace), MINIMUM_BOND);
    assert_eq!(world.status(job_id), JobStatus::Refunded {});
    assert_eq!(world.service_of(service_id).open_jobs, 0);
}

#[test]
fn a_refund_happens_once() {
    let mut world = World::new();
    let service_id = world.service();
    let job_id = world.order(service_id);
    world.advance_blocks(DEADLINE_BLOCKS + 1);
    world.refund(job_id).unwrap();
    assert_eq!(
        world.refund(job_id).unwrap_err(),
        ContractError::NotOrdered { job_id, status: "refunded" }
    );
    assert_eq!(world.refund(9).unwrap_err(), ContractError::UnknownJob { job_id: 9 });
}

//! Delivering an answer.

use stoa_marketplace::ContractError;
use stoa_marketplace_types::JobStatus;

use crate::world::{DEADLINE_BLOCKS, WINDOW_BLOCKS, World, attribute, hash};

#[test]
fn the_receipt_and_the_start_of_the_challenge_window_are_recorded() {
    let mut world = World::new();
    let service_id = world.service();
    let job_id = world.order(service_id);
    let receipt = world.receipt(job_id);
    let response = world.deliver(receipt.clone()).unwrap();
    let delivered_height = world.height();
    let settleable_height = delivered_height + WINDOW_BLOCKS;
    assert_eq!(
        world.status(job_id),
        JobStatus::Delivered { delivered_height, settleable_height, receipt }
    );
    assert_eq!(attribute(&response, "action"), "deliver");
    assert_eq!(attribute(&response, "job_id"), job_id.to_string());
    assert_eq!(attribute(&response, "output_hash"), hash("output").to_string());
    assert_eq!(attribute(&response, "settleable_height"), settleable_height.to_string());
}

#[test]
fn the_deadline_is_the_last_height_of_delivery() {
    let mut world = World::new();
    let service_id = world.service();
    let (punctual, late) = (world.order(service_id), world.order(service_id));
    world.advance_blocks(DEADLINE_BLOCKS);
    let receipt = world.receipt(punctual);
    world.deliver(receipt).unwrap();
    world.advance_blocks(1);
    let receipt = world.receipt(late);
    let height = world.height();
    assert_eq!(
        world.deliver(receipt).unwrap_err(),
        ContractError::DeadlinePassed { deadline_height: height - 1, height }
    );
}

#[test]
fn an_unknown_job_is_refused() {
    let mut world = World::new();
    let service_id = world.service();
    let job_id = world.order(service_id);
    let mut receipt = world.receipt(job_id);
    receipt.statement.job_id = 99;
    assert_eq!(world.deliver(receipt).unwrap_err(), ContractError::UnknownJob { job_id: 99 });
}

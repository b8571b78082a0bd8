//! Attacks, each with the error that stops it.

use cosmwasm_std::{Uint128, coin};
use k256::ecdsa::Signature;
use stoa_marketplace::ContractError;
use stoa_marketplace_types::ExecuteMsg;
use stoa_receipt::{Receipt, Statement, sign};

use crate::world::{
    DEADLINE_BLOCKS, DENOM, MINIMUM_BOND, PRICE, PROVIDER_KEY, WINDOW_BLOCKS, World, hash, key,
    offer, order_of, points, price,
};

/// A world with one open order.
fn ordered() -> (World, u64) {
    let mut world = World::new();
    let service_id = world.service();
    let job_id = world.order(service_id);
    (world, job_id)
}

/// What happens to a statement that was changed before it was signed with the right key.
fn deliver_signed(change: impl FnOnce(&mut Statement)) -> ContractError {
    let (mut world, job_id) = ordered();
    let mut statement = world.statement(job_id);
    change(&mut statement);
    let receipt = sign(statement, &key(PROVIDER_KEY)).unwrap();
    world.deliver(receipt).unwrap_err()
}

#[test]
fn nobody_delivers_for_another_providers_job() {
    let (mut world, job_id) = ordered();
    let attacker = world.attacker.clone();
    let receipt = world.receipt(job_id);
    assert_eq!(
        world.run(&attacker, &ExecuteMsg::Deliver { receipt }, &[]).unwrap_err(),
        ContractError::NotProvider { service_id: 1 }
    );
}

#[test]
fn a_second_delivery_is_refused() {
    let (mut world, job_id) = ordered();
    let receipt = world.receipt(job_id);
    world.deliver(receipt).unwrap();
    let mut other = world.statement(job_id);
    other.output_hash = hash("a better answer");
    let receipt = sign(other, &key(PROVIDER_KEY)).unwrap();
    assert_eq!(
        world.deliver(receipt).unwrap_err(),
        ContractError::NotOrdered { job_id, status: "delivered" }
    );
}

#[test]
fn a_receipt_of_another_chain_is_refused() {
    let error = deliver_signed(|statement| statement.chain_id = "stoa-other-1".to_owned());
    assert!(matches!(error, ContractError::WrongChain { actual, .. } if actual == "stoa-other-1"));
}

#[test]
fn a_receipt_of_another_marketplace_is_refused() {
    let error = deliver_signed(|statement| statement.marketplace = "stoa1other".to_owned());
    assert!(
        matches!(error, ContractError::WrongMarketplace { actual, .. } if actual == "stoa1other")
    );
}

#[test]
fn a_receipt_of_another_model_is_refused() {
    let cheaper = hash("cheaper model");
    let error = deliver_signed(|statement| statement.model_root = cheaper);
    assert_eq!(error, ContractError::WrongModel { expected: hash("model"), actual: cheaper });
}

#[test]
fn a_receipt_of_another_semantics_is_refused() {
    let error = deliver_signed(|statement| statement.semantics_version = 2);
    assert_eq!(error, ContractError::WrongSemantics { expected: 1, actual: 2 });
}

#[test]
fn a_receipt_of_another_input_is_refused() {
    let easier = hash("easier question");
    let error = deliver_signed(|statement| statement.input_hash = easier);
    assert_eq!(error, ContractError::WrongInput { expected: hash("input"), actual: easier });
}

#[test]
fn a_receipt_replayed_from_another_job_with_the_same_input_does_not_verify() {
    let (mut world, first) = ordered();
    let second = world.order(1);
    let mut receipt = world.receipt(first);
    receipt.statement.job_id = second;
    assert_eq!(world.deliver(receipt).unwrap_err(), ContractError::SignatureMismatch {});
}

#[test]
fn a_tampered_output_hash_does_not_verify() {
    let (mut world, job_id) = ordered();
    let mut receipt = world.receipt(job_id);
    receipt.statement.output_hash = hash("tampered");
    assert_eq!(world.deliver(receipt).unwrap_err(), ContractError::SignatureMismatch {});
}

#[test]
fn a_receipt_signed_with_another_key_does_not_verify() {
    let (mut world, job_id) = ordered();
    let receipt = sign(world.statement(job_id), &key(PROVIDER_KEY + 1)).unwrap();
    assert_eq!(world.deliver(receipt).unwrap_err(), ContractError::SignatureMismatch {});
}

#[test]
fn a_signature_of_another_length_is_refused() {
    let (mut world, job_id) = ordered();
    for actual_bytes in [0, 63, 65] {
        let signature = vec![1; actual_bytes].into();
        let receipt = Receipt { statement: world.statement(job_id), signature };
        assert_eq!(
            world.deliver(receipt).unwrap_err(),
            ContractError::SignatureLength { actual_bytes }
        );
    }
}

#[test]
fn the_mirrored_signature_is_refused_although_the_host_would_accept_it() {
    let (mut world, job_id) = ordered();
    let mut receipt = world.receipt(job_id);
    let (r, s) = Signature::from_slice(&receipt.signature).unwrap().split_scalars();
    let mirrored = Signature::from_scalars(r, -s).unwrap().to_bytes().to_vec();
    receipt.signature = mirrored.into();
    assert_eq!(world.deliver(receipt).unwrap_err(), ContractError::HighS {});
}

#[test]
fn a_key_that_is_no_point_makes_its_own_jobs_undeliverable() {
    let mut world = World::new();
    let (provider, buyer) = (world.provider.clone(), world.buyer.clone());
    let mut msg = offer(world.model);
    if let ExecuteMsg::RegisterService { receipt_key, .. } = &mut msg {
        *receipt_key = [&[2u8][..], &[0xff; 32]].concat().into();
    }
    world.run(&provider, &msg, &price(MINIMUM_BOND)).unwrap();
    world.run(&buyer, &order_of(1), &price(PRICE)).unwrap();
    let receipt = world.receipt(1);
    assert!(matches!(world.deliver(receipt).unwrap_err(), ContractError::Verification(_)));
}

#[test]
fn settlement_before_the_window_ends_is_refused() {
    let (mut world, job_id) = ordered();
    let receipt = world.receipt(job_id);
    world.deliver(receipt).unwrap();
    world.advance_blocks(WINDOW_BLOCKS - 1);
    let height = world.height();
    assert_eq!(
        world.settle(job_id).unwrap_err(),
        ContractError::ChallengeWindowOpen { settleable_height: height + 1, height }
    );
    world.advance_blocks(1);
    world.settle(job_id).unwrap();
}

#[test]
fn a_second_settlement_is_refused() {
    let (mut world, job_id) = ordered();
    let receipt = world.receipt(job_id);
    world.deliver(receipt).unwrap();
    world.advance_blocks(WINDOW_BLOCKS);
    world.settle(job_id).unwrap();
    assert_eq!(
        world.settle(job_id).unwrap_err(),
        ContractError::NotDelivered { job_id, status: "settled" }
    );
}

#[test]
fn a_refund_up_to_the_deadline_is_refused() {
    let (mut world, job_id) = ordered();
    let deadline_height = world.height() + DEADLINE_BLOCKS;
    for blocks in [0, DEADLINE_BLOCKS] {
        world.advance_blocks(blocks);
        let height = world.height();
        assert_eq!(
            world.refund(job_id).unwrap_err(),
            ContractError::DeadlineNotPassed { deadline_height, height }
        );
    }
}

#[test]
fn a_refund_after_delivery_is_refused_even_after_the_deadline() {
    let (mut world, job_id) = ordered();
    let receipt = world.receipt(job_id);
    world.deliver(receipt).unwrap();
    world.advance_blocks(DEADLINE_BLOCKS + 1);
    assert_eq!(
        world.refund(job_id).unwrap_err(),
        ContractError::NotOrdered { job_id, status: "delivered" }
    );
}

#[test]
fn nobody_but_the_dao_changes_the_fee() {
    let mut world = World::new();
    let msg = ExecuteMsg::SetProtocolFee { protocol_fee: points(0) };
    for sender in [world.attacker.clone(), world.member.clone(), world.provider.clone()] {
        assert_eq!(world.run(&sender, &msg, &[]).unwrap_err(), ContractError::NotDao {});
    }
}

#[test]
fn a_service_with_open_jobs_is_not_closed() {
    let (mut world, _) = ordered();
    let provider = world.provider.clone();
    let close = ExecuteMsg::CloseService { service_id: 1 };
    assert_eq!(
        world.run(&provider, &close, &[]).unwrap_err(),
        ContractError::OpenJobs { service_id: 1, open_jobs: 1 }
    );
}

#[test]
fn a_bond_is_returned_once_and_to_nobody_else() {
    let mut world = World::new();
    let (provider, attacker) = (world.provider.clone(), world.attacker.clone());
    let service_id = world.service();
    let close = ExecuteMsg::CloseService { service_id };
    assert_eq!(
        world.run(&attacker, &close, &[]).unwrap_err(),
        ContractError::NotProvider { service_id }
    );
    world.run(&provider, &close, &[]).unwrap();
    assert_eq!(
        world.run(&provider, &close, &[]).unwrap_err(),
        ContractError::ServiceClosed { service_id }
    );
}

#[test]
fn messages_that_take_no_funds_refuse_them() {
    let (mut world, job_id) = ordered();
    let provider = world.provider.clone();
    let receipt = world.receipt(job_id);
    for msg in [
        ExecuteMsg::UpdateService { service_id: 1, price: Some(Uint128::one()), endpoint: None },
        ExecuteMsg::CloseService { service_id: 1 },
        ExecuteMsg::Deliver { receipt },
        ExecuteMsg::Settle { job_id },
        ExecuteMsg::Refund { job_id },
        ExecuteMsg::SetProtocolFee { protocol_fee: points(0) },
    ] {
        assert_eq!(
            world.run(&provider, &msg, &[coin(1, DENOM)]).unwrap_err(),
            ContractError::NonPayable { coins: 1 }
        );
    }
}

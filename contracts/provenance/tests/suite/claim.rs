//! Paying owners.

use stoa_provenance::ContractError;
use stoa_provenance_types::MAX_COLLECTED_CHILDREN;

use crate::world::{START_BALANCE, World, percent};

#[test]
fn an_owner_is_paid_own_income_and_royalties_at_once() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(10));
    let model = world.register(&owner, "model", &[data], percent(0));
    world.pay(model, 1_000).unwrap();
    world.pay(data, 7).unwrap();
    world.claim(&author, data, &[model]).unwrap();
    assert_eq!(world.balance(&author), START_BALANCE + 107);
    world.claim(&owner, model, &[]).unwrap();
    assert_eq!(world.balance(&owner), START_BALANCE + 900);
    assert_eq!(world.balance(&world.registry), 0);
}

#[test]
fn later_income_can_be_claimed_again() {
    let mut world = World::new();
    let owner = world.owner.clone();
    let model = world.register(&owner, "model", &[], percent(0));
    for paid in [3, 4] {
        world.pay(model, paid).unwrap();
        world.claim(&owner, model, &[]).unwrap();
    }
    assert_eq!(world.balance(&owner), START_BALANCE + 7);
    assert_eq!(world.asset(model).claimed.u128(), 7);
}

#[test]
fn a_claim_collects_from_a_bounded_number_of_children() {
    let mut world = World::new();
    let owner = world.owner.clone();
    let model = world.register(&owner, "model", &[], percent(0));
    let many = vec![model; MAX_COLLECTED_CHILDREN + 1];
    assert_eq!(
        world.claim(&owner, model, &many).unwrap_err(),
        ContractError::TooManyChildren { actual: MAX_COLLECTED_CHILDREN + 1 }
    );
}

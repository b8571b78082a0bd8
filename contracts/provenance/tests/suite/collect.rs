//! Moving royalties up the lineage.

use stoa_provenance::ContractError;
use stoa_provenance_types::{ChildrenResponse, QueryMsg};

use crate::world::{World, hash, percent};

#[test]
fn income_cascades_from_child_to_parent_to_grandparent() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(20));
    let base = world.register(&author, "base", &[data], percent(50));
    let model = world.register(&owner, "model", &[base], percent(0));
    world.pay(model, 1_000).unwrap();
    world.collect(model, base).unwrap();
    world.collect(base, data).unwrap();
    assert_eq!(world.claimable(model), 500);
    assert_eq!(world.claimable(base), 400);
    assert_eq!(world.claimable(data), 100);
}

#[test]
fn many_small_payments_pay_the_parent_as_much_as_one_large_one() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(33));
    let model = world.register(&owner, "model", &[data], percent(0));
    for _ in 0..100 {
        world.pay(model, 1).unwrap();
        let _ = world.collect(model, data);
    }
    assert_eq!(world.asset(data).received.u128(), 33);
    assert_eq!(world.claimable(model), 67);
}

#[test]
fn children_are_listed_with_what_they_owe() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(10));
    let first = world.register(&owner, "first", &[data], percent(0));
    let second = world.register(&owner, "second", &[data], percent(0));
    world.pay(first, 100).unwrap();
    world.pay(second, 200).unwrap();
    world.collect(first, data).unwrap();
    let page: ChildrenResponse =
        world.query(&QueryMsg::Children { parent: data, start_after: None, limit: None });
    let owed = |child| {
        let entry = page.children.iter().find(|entry| entry.content_hash == child).unwrap();
        entry.collectable.u128()
    };
    assert_eq!(page.children.len(), 2);
    assert_eq!((owed(first), owed(second)), (0, 20));
    let rest: ChildrenResponse = world.query(&QueryMsg::Children {
        parent: data,
        start_after: Some(page.children[0].content_hash),
        limit: Some(1),
    });
    assert_eq!(rest.children, page.children[1..]);
}

#[test]
fn an_edge_that_owes_nothing_or_does_not_exist_is_refused() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(10));
    let model = world.register(&owner, "model", &[data], percent(0));
    assert_eq!(
        world.collect(model, data).unwrap_err(),
        ContractError::NothingToCollect { child: model, parent: data }
    );
    let stranger = hash("stranger");
    assert_eq!(
        world.collect(stranger, data).unwrap_err(),
        ContractError::NotDerived { child: stranger, parent: data }
    );
    assert_eq!(
        world.collect(data, model).unwrap_err(),
        ContractError::NotDerived { child: data, parent: model }
    );
}

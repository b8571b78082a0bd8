//! Registering assets.

use stoa_provenance::{ContractError, license::LicenseError};
use stoa_provenance_types::{
    AssetKind, AssetsResponse, ExecuteMsg, MAX_LICENSE_BYTES, MAX_NAME_BYTES, MAX_PARENTS,
    ParentResponse, QueryMsg,
};

use crate::world::{World, asset, hash, percent};

#[test]
fn an_asset_is_stored_with_the_shares_that_its_parents_ask_for_now() {
    let mut world = World::new();
    let (owner, author) = (world.owner.clone(), world.author.clone());
    let data = world.register(&author, "data", &[], percent(10));
    let model = world.register(&owner, "model", &[data], percent(5));
    let stored = world.asset(model);
    assert_eq!(stored.owner, owner.as_str());
    assert_eq!(stored.kind, AssetKind::Model);
    assert_eq!(stored.royalty, percent(5));
    assert_eq!(stored.parents, vec![ParentResponse { content_hash: data, share: percent(10) }]);
    assert_eq!(stored.registered_height, world.app.block_info().height);
}

#[test]
fn assets_are_listed_in_pages() {
    let mut world = World::new();
    let owner = world.owner.clone();
    for index in 0..5 {
        world.register(&owner, &format!("asset {index}"), &[], percent(0));
    }
    let mut listed = Vec::new();
    loop {
        let start_after = listed.last().copied();
        let page: AssetsResponse = world.query(&QueryMsg::Assets { start_after, limit: Some(2) });
        if page.assets.is_empty() {
            break;
        }
        assert!(page.assets.len() <= 2);
        listed.extend(page.assets.into_iter().map(|asset| asset.content_hash));
    }
    let mut expected: Vec<_> = (0..5).map(|index| hash(&format!("asset {index}"))).collect();
    expected.sort();
    assert_eq!(listed, expected);
}

#[test]
fn a_registered_hash_is_refused_even_from_its_owner() {
    let mut world = World::new();
    let owner = world.owner.clone();
    let content_hash = world.register(&owner, "model", &[], percent(5));
    assert_eq!(
        world.run(&owner, &asset("model", &[], percent(6)), &[]).unwrap_err(),
        ContractError::AlreadyRegistered { content_hash }
    );
}

#[test]
fn names_licences_and_parents_have_bounds() {
    let mut world = World::new();
    let owner = world.owner.clone();
    let refused = |world: &mut World, name: String, license: String, parents| {
        let msg = ExecuteMsg::Register {
            content_hash: hash("x"),
            kind: AssetKind::Dataset,
            name,
            license,
            parents,
            royalty: percent(0),
        };
        world.run(&owner, &msg, &[]).unwrap_err()
    };
    let mit = || "MIT".to_owned();
    assert_eq!(
        refused(&mut world, String::new(), mit(), vec![]),
        ContractError::NameLength { actual: 0 }
    );
    assert_eq!(
        refused(&mut world, "n".repeat(MAX_NAME_BYTES + 1), mit(), vec![]),
        ContractError::NameLength { actual: MAX_NAME_BYTES + 1 }
    );
    assert_eq!(
        refused(&mut world, "n".to_owned(), "L".repeat(MAX_LICENSE_BYTES + 1), vec![]),
        ContractError::LicenseLength { actual: MAX_LICENSE_BYTES + 1 }
    );
    assert_eq!(
        refused(&mut world, "n".to_owned(), "MIT OR".to_owned(), vec![]),
        ContractError::InvalidLicense {
            license: "MIT OR".to_owned(),
            source: LicenseError::UnexpectedEnd
        }
    );
    let many = (0..=MAX_PARENTS).map(|index| hash(&index.to_string())).collect();
    assert_eq!(
        refused(&mut world, "n".to_owned(), mit(), many),
        ContractError::TooManyParents { actual: MAX_PARENTS + 1 }
    );
}

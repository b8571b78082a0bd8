//! Setting the rules.

use cosmwasm_std::coin;
use cw_multi_test::Executor;
use stoa_marketplace::ContractError;
use stoa_marketplace_types::{
    ConfigResponse, InstantiateMsg, MAX_CHALLENGE_WINDOW_BLOCKS, MAX_PROTOCOL_FEE_BASIS_POINTS,
    QueryMsg,
};

use crate::world::{DENOM, OTHER_DENOM, World, marketplace_setup, points, store_marketplace_code};

fn refused(change: impl FnOnce(&mut InstantiateMsg)) -> ContractError {
    let mut world = World::new();
    let code_id = store_marketplace_code(&mut world.app);
    let mut setup = marketplace_setup(&world.dao, &world.registry);
    change(&mut setup);
    let creator = world.member.clone();
    let result = world.app.instantiate_contract(code_id, creator, &setup, &[], "x", None);
    result.unwrap_err().downcast().unwrap()
}

#[test]
fn the_configuration_is_what_was_asked_for() {
    let world = World::new();
    let config: ConfigResponse = world.query(&QueryMsg::Config {});
    let setup = marketplace_setup(&world.dao, &world.registry);
    assert_eq!((config.dao, config.provenance), (setup.dao, setup.provenance));
    assert_eq!(config.challenge_window_blocks, setup.challenge_window_blocks);
    assert_eq!(config.protocol_fee, setup.protocol_fee);
}

#[test]
fn a_fee_above_the_limit_is_refused() {
    let actual = MAX_PROTOCOL_FEE_BASIS_POINTS + 1;
    assert_eq!(
        refused(|setup| setup.protocol_fee = points(actual)),
        ContractError::FeeTooHigh { actual }
    );
}

#[test]
fn an_empty_or_endless_challenge_window_is_refused() {
    for actual in [0, MAX_CHALLENGE_WINDOW_BLOCKS + 1] {
        assert_eq!(
            refused(|setup| setup.challenge_window_blocks = actual),
            ContractError::ChallengeWindow { actual }
        );
    }
}

#[test]
fn a_registry_of_another_denomination_is_refused_because_no_job_could_be_settled() {
    assert_eq!(
        refused(|setup| setup.denom = OTHER_DENOM.to_owned()),
        ContractError::DenomMismatch {
            marketplace: OTHER_DENOM.to_owned(),
            provenance: DENOM.to_owned()
        }
    );
}

#[test]
fn funds_are_refused() {
    let mut world = World::new();
    let code_id = store_marketplace_code(&mut world.app);
    let setup = marketplace_setup(&world.dao, &world.registry);
    let creator = world.member.clone();
    let funds = [coin(1, DENOM)];
    let result = world.app.instantiate_contract(code_id, creator, &setup, &funds, "x", None);
    let error: ContractError = result.unwrap_err().downcast().unwrap();
    assert_eq!(error, ContractError::NonPayable { coins: 1 });
}

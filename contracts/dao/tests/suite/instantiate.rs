//! Setting the rules.

use cosmwasm_std::{Addr, coin};
use cw_multi_test::Executor;
use stoa_dao::ContractError;
use stoa_dao_types::{
    ConfigResponse, InstantiateMsg, MAX_MEMBERS, MAX_VOTING_PERIOD_BLOCKS, MembersResponse,
    QueryMsg,
};

use crate::world::{DENOM, World, member, percent, setup, store_code};

fn refused(world: &mut World, setup: &InstantiateMsg) -> ContractError {
    let code_id = store_code(&mut world.app);
    let founder = world.founder.clone();
    let result = world.app.instantiate_contract(code_id, founder, setup, &[], "x", None);
    result.unwrap_err().downcast().unwrap()
}

#[test]
fn rules_and_members_are_what_was_asked_for() {
    let world = World::new();
    let config: ConfigResponse = world.query(&QueryMsg::Config {});
    assert_eq!(
        (config.quorum, config.threshold, config.total_weight),
        (percent(40), percent(50), 10)
    );
    let page = |start_after, limit| -> MembersResponse {
        world.query(&QueryMsg::Members { start_after, limit })
    };
    let all = page(None, None).members;
    assert_eq!(all.len(), 3);
    let first = page(None, Some(1)).members;
    assert_eq!(first, all[..1]);
    assert_eq!(page(Some(first[0].address.clone()), None).members, all[1..]);
}

#[test]
fn a_dao_without_any_weight_is_refused() {
    let mut world = World::new();
    let founder = world.founder.clone();
    for members in [vec![], vec![member(&founder, 0)]] {
        let error = refused(&mut world, &setup(members));
        assert_eq!(error, ContractError::ZeroTotalWeight {});
    }
}

#[test]
fn members_are_distinct_bounded_and_sum_to_64_bits() {
    let mut world = World::new();
    let (founder, other) = (world.founder.clone(), world.member.clone());
    assert_eq!(
        refused(&mut world, &setup(vec![member(&founder, 1), member(&founder, 2)])),
        ContractError::DuplicateMember { address: founder.clone() }
    );
    assert_eq!(
        refused(&mut world, &setup(vec![member(&founder, u64::MAX), member(&other, 1)])),
        ContractError::TotalWeightOverflow {}
    );
    let many = (0..=MAX_MEMBERS)
        .map(|index| member(&world.app.api().addr_make(&index.to_string()), 1))
        .collect();
    assert_eq!(
        refused(&mut world, &setup(many)),
        ContractError::TooManyMembers { actual: MAX_MEMBERS + 1 }
    );
    let malformed = vec![member(&Addr::unchecked("cosmos1malformed"), 1)];
    assert!(matches!(refused(&mut world, &setup(malformed)), ContractError::Std(_)));
}

#[test]
fn rules_under_which_nothing_could_pass_are_refused() {
    let mut world = World::new();
    let members = vec![member(&world.founder, 1)];
    for actual in [0, MAX_VOTING_PERIOD_BLOCKS + 1] {
        let setup = InstantiateMsg { voting_period_blocks: actual, ..setup(members.clone()) };
        assert_eq!(refused(&mut world, &setup), ContractError::VotingPeriod { actual });
    }
    let setup = InstantiateMsg { threshold: percent(100), ..setup(members) };
    assert_eq!(refused(&mut world, &setup), ContractError::UnreachableThreshold { actual: 10_000 });
}

#[test]
fn funds_are_refused() {
    let mut world = World::new();
    let code_id = store_code(&mut world.app);
    let setup = setup(vec![member(&world.founder, 1)]);
    let (sender, funds) = (world.attacker.clone(), [coin(1, DENOM)]);
    let result = world.app.instantiate_contract(code_id, sender, &setup, &funds, "x", None);
    let error: ContractError = result.unwrap_err().downcast().unwrap();
    assert_eq!(error, ContractError::NonPayable { coins: 1 });
}

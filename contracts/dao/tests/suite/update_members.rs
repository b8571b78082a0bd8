//! Changing members.

use stoa_dao::ContractError;
use stoa_dao_types::{ConfigResponse, MAX_MEMBERS, MembersResponse, QueryMsg};

use crate::world::{World, member};

#[test]
fn a_proposal_adds_changes_and_removes() {
    let mut world = World::new();
    let members =
        vec![member(&world.founder, 1), member(&world.member, 0), member(&world.attacker, 7)];
    let proposal_id = world.passed(vec![world.update_members(members)]);
    world.execute(proposal_id).unwrap();
    let config: ConfigResponse = world.query(&QueryMsg::Config {});
    assert_eq!(config.total_weight, 1 + 2 + 7);
    let page: MembersResponse = world.query(&QueryMsg::Members { start_after: None, limit: None });
    assert_eq!(page.members.len(), 3);
    assert!(page.members.iter().all(|member| member.address != world.member.as_str()));
}

#[test]
fn the_last_weight_is_never_removed() {
    let mut world = World::new();
    let nobody = [&world.founder, &world.member, &world.newcomer].map(|of| member(of, 0));
    let proposal_id = world.passed(vec![world.update_members(nobody.to_vec())]);
    assert_eq!(world.execute(proposal_id).unwrap_err(), ContractError::ZeroTotalWeight {});
}

#[test]
fn an_update_names_someone_and_stays_within_the_limit() {
    let mut world = World::new();
    let proposal_id = world.passed(vec![world.update_members(vec![])]);
    assert_eq!(world.execute(proposal_id).unwrap_err(), ContractError::NothingToUpdate {});
    let crowd = (0..MAX_MEMBERS)
        .map(|index| member(&world.app.api().addr_make(&index.to_string()), 1))
        .collect();
    let proposal_id = world.passed(vec![world.update_members(crowd)]);
    assert_eq!(
        world.execute(proposal_id).unwrap_err(),
        ContractError::TooManyMembers { actual: MAX_MEMBERS + 3 }
    );
}

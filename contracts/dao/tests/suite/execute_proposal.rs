//! Running what was decided.

use stoa_dao_types::{ExecuteMsg, ProposalStatus};

use crate::world::{TREASURY, World};

#[test]
fn anyone_runs_a_passed_proposal_with_the_daos_own_money() {
    let mut world = World::new();
    let receiver = world.member.clone();
    let before = world.balance(&receiver);
    let proposal_id = world.passed(vec![world.spend(300)]);
    world.execute(proposal_id).unwrap();
    assert_eq!(world.balance(&receiver), before + 300);
    assert_eq!(world.balance(&world.dao), TREASURY - 300);
    assert_eq!(world.status(proposal_id), ProposalStatus::Executed);
}

#[test]
fn a_failed_execution_undoes_everything_and_can_be_tried_again() {
    let mut world = World::new();
    let messages = vec![world.spend(1), world.spend(TREASURY)];
    let proposal_id = world.passed(messages);
    let anyone = world.attacker.clone();
    let msg = ExecuteMsg::Execute { proposal_id };
    assert!(world.try_run(&anyone, &msg, &[]).is_err());
    assert_eq!(world.balance(&world.dao), TREASURY);
    assert_eq!(world.status(proposal_id), ProposalStatus::Passed);
    let (donor, dao) = (world.attacker.clone(), world.dao.clone());
    let gift = [cosmwasm_std::coin(1, crate::world::DENOM)];
    cw_multi_test::Executor::send_tokens(&mut world.app, donor, dao, &gift).unwrap();
    world.execute(proposal_id).unwrap();
    assert_eq!(world.balance(&world.dao), 0);
}

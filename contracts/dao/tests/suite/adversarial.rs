//! Attacks, each with the error that stops it.

use cosmwasm_std::{coin, wasm_execute};
use stoa_dao::ContractError;
use stoa_dao_types::{ExecuteMsg, Vote};

use crate::world::{DENOM, VOTING_PERIOD_BLOCKS, World, member, proposal_of};

#[test]
fn a_stranger_neither_proposes_nor_votes() {
    let mut world = World::new();
    let attacker = world.attacker.clone();
    let height = world.height();
    let not_member = || ContractError::NotMember { address: attacker.clone(), height };
    assert_eq!(world.run(&attacker, &proposal_of(vec![])).unwrap_err(), not_member());
    let proposal_id = world.propose(vec![]);
    assert_eq!(world.vote(&attacker, proposal_id, Vote::Yes).unwrap_err(), not_member());
}

#[test]
fn a_member_who_joins_in_a_block_does_not_propose_in_it() {
    let mut world = World::at_instantiation();
    let (founder, height) = (world.founder.clone(), world.height());
    assert_eq!(
        world.run(&founder, &proposal_of(vec![])).unwrap_err(),
        ContractError::NotMember { address: founder, height }
    );
}

#[test]
fn a_second_vote_is_refused_whatever_it_says() {
    let mut world = World::new();
    let voter = world.newcomer.clone();
    let proposal_id = world.propose(vec![]);
    world.vote(&voter, proposal_id, Vote::Yes).unwrap();
    for vote in [Vote::Yes, Vote::No, Vote::Abstain] {
        assert_eq!(
            world.vote(&voter, proposal_id, vote).unwrap_err(),
            ContractError::AlreadyVoted { proposal_id, voter: voter.clone() }
        );
    }
}

#[test]
fn a_vote_after_the_end_is_refused() {
    let mut world = World::new();
    let voter = world.member.clone();
    let proposal_id = world.propose(vec![]);
    let ends_height = world.height() + VOTING_PERIOD_BLOCKS;
    world.advance_blocks(VOTING_PERIOD_BLOCKS + 1);
    assert_eq!(
        world.vote(&voter, proposal_id, Vote::Yes).unwrap_err(),
        ContractError::VotingEnded { ends_height, height: ends_height + 1 }
    );
}

#[test]
fn a_proposal_runs_once() {
    let mut world = World::new();
    let proposal_id = world.passed(vec![world.spend(1)]);
    world.execute(proposal_id).unwrap();
    assert_eq!(
        world.execute(proposal_id).unwrap_err(),
        ContractError::AlreadyExecuted { proposal_id }
    );
}

#[test]
fn a_proposal_that_executes_itself_fails() {
    let mut world = World::new();
    let execute = ExecuteMsg::Execute { proposal_id: 1 };
    let again = wasm_execute(&world.dao, &execute, vec![]).unwrap().into();
    let proposal_id = world.passed(vec![world.spend(1), again]);
    assert_eq!(
        world.execute(proposal_id).unwrap_err(),
        ContractError::AlreadyExecuted { proposal_id: 1 }
    );
}

#[test]
fn open_rejected_and_unknown_proposals_do_not_run() {
    let mut world = World::new();
    let proposal_id = world.propose(vec![world.spend(1)]);
    assert_eq!(world.execute(proposal_id).unwrap_err(), ContractError::StillOpen { proposal_id });
    world.advance_blocks(VOTING_PERIOD_BLOCKS + 1);
    assert_eq!(world.execute(proposal_id).unwrap_err(), ContractError::Rejected { proposal_id });
    assert_eq!(world.execute(9).unwrap_err(), ContractError::UnknownProposal { proposal_id: 9 });
}

#[test]
fn not_even_a_member_changes_members_alone() {
    let mut world = World::new();
    let (founder, attacker) = (world.founder.clone(), world.attacker.clone());
    let msg = ExecuteMsg::UpdateMembers { members: vec![member(&attacker, 100)] };
    for sender in [founder, attacker] {
        assert_eq!(world.run(&sender, &msg).unwrap_err(), ContractError::NotSelf {});
    }
}

#[test]
fn messages_that_take_no_funds_refuse_them() {
    let mut world = World::new();
    let sender = world.member.clone();
    let proposal_id = world.propose(vec![]);
    for msg in [
        proposal_of(vec![]),
        ExecuteMsg::Vote { proposal_id, vote: Vote::Yes },
        ExecuteMsg::Execute { proposal_id },
        ExecuteMsg::UpdateMembers { members: vec![] },
    ] {
        let error = world.try_run(&sender, &msg, &[coin(1, DENOM)]).unwrap_err();
        let error: ContractError = error.downcast().unwrap();
        assert_eq!(error, ContractError::NonPayable { coins: 1 });
    }
}

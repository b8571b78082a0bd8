//! Voting.

use stoa_dao::ContractError;
use stoa_dao_types::{ProposalStatus, QueryMsg, Tally, Vote, VoteResponse};

use crate::world::{VOTING_PERIOD_BLOCKS, World, member};

#[test]
fn votes_count_with_their_weight() {
    let mut world = World::new();
    let (founder, other, newcomer) =
        (world.founder.clone(), world.member.clone(), world.newcomer.clone());
    let proposal_id = world.propose(vec![]);
    world.vote(&founder, proposal_id, Vote::Yes).unwrap();
    world.vote(&other, proposal_id, Vote::No).unwrap();
    world.vote(&newcomer, proposal_id, Vote::Abstain).unwrap();
    assert_eq!(world.proposal(proposal_id).tally, Tally { yes: 5, no: 3, abstain: 2 });
    let question = QueryMsg::Vote { proposal_id, voter: other.to_string() };
    let vote: VoteResponse = world.query(&question);
    assert_eq!((vote.vote, vote.weight), (Some(Vote::No), 3));
}

#[test]
fn a_proposal_passes_early_once_it_cannot_be_beaten() {
    let mut world = World::new();
    let (founder, other) = (world.founder.clone(), world.member.clone());
    let proposal_id = world.propose(vec![]);
    world.vote(&founder, proposal_id, Vote::Yes).unwrap();
    assert_eq!(world.status(proposal_id), ProposalStatus::Open, "5 of 10 can still be met by 5");
    world.vote(&other, proposal_id, Vote::Yes).unwrap();
    assert_eq!(world.status(proposal_id), ProposalStatus::Passed);
    let late = world.newcomer.clone();
    assert_eq!(
        world.vote(&late, proposal_id, Vote::No).unwrap_err(),
        ContractError::AlreadyDecided { proposal_id }
    );
}

#[test]
fn the_last_height_still_counts_and_a_quorum_decides_after_it() {
    let mut world = World::new();
    let founder = world.founder.clone();
    let with_quorum = world.propose(vec![]);
    let without = world.propose(vec![]);
    let newcomer = world.newcomer.clone();
    world.vote(&newcomer, without, Vote::Yes).unwrap();
    world.advance_blocks(VOTING_PERIOD_BLOCKS);
    world.vote(&founder, with_quorum, Vote::Yes).unwrap();
    assert_eq!(world.status(with_quorum), ProposalStatus::Open);
    world.advance_blocks(1);
    assert_eq!(world.status(with_quorum), ProposalStatus::Passed);
    assert_eq!(world.status(without), ProposalStatus::Rejected);
}

#[test]
fn weights_are_those_from_before_the_proposal() {
    let mut world = World::new();
    let (other, attacker) = (world.member.clone(), world.attacker.clone());
    let change = world.update_members(vec![member(&attacker, 1_000), member(&other, 0)]);
    let change = world.passed(vec![change]);
    let earlier = world.propose(vec![]);
    world.advance_blocks(1);
    world.execute(change).unwrap();
    let same_block = world.propose(vec![]);
    world.advance_blocks(1);
    let later = world.propose(vec![]);
    for proposal_id in [earlier, same_block] {
        assert_eq!(world.proposal(proposal_id).total_weight, 10);
        assert!(matches!(
            world.vote(&attacker, proposal_id, Vote::No).unwrap_err(),
            ContractError::NotMember { .. }
        ));
        world.vote(&other, proposal_id, Vote::Yes).unwrap();
    }
    assert_eq!(world.proposal(later).total_weight, 1_007);
    world.vote(&attacker, later, Vote::No).unwrap();
    assert!(matches!(
        world.vote(&other, later, Vote::Yes).unwrap_err(),
        ContractError::NotMember { .. }
    ));
}

#[test]
fn an_unknown_proposal_is_refused() {
    let mut world = World::new();
    let founder = world.founder.clone();
    assert_eq!(
        world.vote(&founder, 9, Vote::Yes).unwrap_err(),
        ContractError::UnknownProposal { proposal_id: 9 }
    );
}

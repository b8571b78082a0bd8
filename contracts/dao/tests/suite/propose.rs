//! Opening proposals.

use stoa_dao::ContractError;
use stoa_dao_types::{
    ExecuteMsg, MAX_DESCRIPTION_BYTES, MAX_MESSAGES, MAX_TITLE_BYTES, ProposalStatus,
    ProposalsResponse, QueryMsg, Tally,
};

use crate::world::{VOTING_PERIOD_BLOCKS, World, proposal_of};

#[test]
fn a_proposal_is_open_for_the_voting_period() {
    let mut world = World::new();
    let messages = vec![world.spend(1)];
    let proposal_id = world.propose(messages.clone());
    let proposal = world.proposal(proposal_id);
    assert_eq!(proposal.proposer, world.founder.as_str());
    assert_eq!(proposal.messages, messages);
    assert_eq!(proposal.opened_height, world.height());
    assert_eq!(proposal.ends_height, world.height() + VOTING_PERIOD_BLOCKS);
    assert_eq!((proposal.total_weight, proposal.tally), (10, Tally::default()));
    assert_eq!(proposal.status, ProposalStatus::Open);
}

#[test]
fn proposals_are_listed_in_pages() {
    let mut world = World::new();
    for _ in 0..3 {
        world.propose(vec![]);
    }
    let ids = |start_after, limit| -> Vec<u64> {
        let page: ProposalsResponse = world.query(&QueryMsg::Proposals { start_after, limit });
        page.proposals.iter().map(|proposal| proposal.proposal_id).collect()
    };
    assert_eq!(ids(None, Some(2)), [1, 2]);
    assert_eq!(ids(Some(2), None), [3]);
}

#[test]
fn titles_descriptions_and_messages_have_bounds() {
    let mut world = World::new();
    let founder = world.founder.clone();
    for title in [String::new(), "t".repeat(MAX_TITLE_BYTES + 1)] {
        let actual = title.len();
        let msg = ExecuteMsg::Propose { title, description: String::new(), messages: vec![] };
        assert_eq!(world.run(&founder, &msg).unwrap_err(), ContractError::TitleLength { actual });
    }
    let msg = ExecuteMsg::Propose {
        title: "t".to_owned(),
        description: "d".repeat(MAX_DESCRIPTION_BYTES + 1),
        messages: vec![],
    };
    assert_eq!(
        world.run(&founder, &msg).unwrap_err(),
        ContractError::DescriptionLength { actual: MAX_DESCRIPTION_BYTES + 1 }
    );
    let msg = proposal_of(vec![world.spend(1); MAX_MESSAGES + 1]);
    assert_eq!(
        world.run(&founder, &msg).unwrap_err(),
        ContractError::TooManyMessages { actual: MAX_MESSAGES + 1 }
    );
}

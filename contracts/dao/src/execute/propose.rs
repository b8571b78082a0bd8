//! Opens a proposal.

use cosmwasm_std::{CosmosMsg, DepsMut, Env, MessageInfo, Response, to_json_binary};
use stoa_dao_types::{MAX_DESCRIPTION_BYTES, MAX_MESSAGES, MAX_TITLE_BYTES, Tally};

use crate::{
    ContractError, funds,
    state::{CONFIG, LAST_PROPOSAL_ID, PROPOSALS, Proposal, TOTALS, weight_before},
};

/// What a member wants to put to the vote.
pub struct Draft {
    /// One line.
    pub title: String,
    /// Reasons.
    pub description: String,
    /// What happens when it passes.
    pub messages: Vec<CosmosMsg>,
}

impl Draft {
    /// Checks what needs no storage.
    fn check(&self) -> Result<(), ContractError> {
        if !(1..=MAX_TITLE_BYTES).contains(&self.title.len()) {
            return Err(ContractError::TitleLength { actual: self.title.len() });
        }
        if self.description.len() > MAX_DESCRIPTION_BYTES {
            return Err(ContractError::DescriptionLength { actual: self.description.len() });
        }
        if self.messages.len() > MAX_MESSAGES {
            return Err(ContractError::TooManyMessages { actual: self.messages.len() });
        }
        Ok(())
    }
}

/// Only members. The proposer's own vote is cast like any other.
pub fn propose(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    draft: Draft,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    draft.check()?;
    // Weights before this block: who becomes a member now, with borrowed weight, has no say in what
    // is opened now.
    let height = env.block.height;
    if weight_before(deps.storage, &info.sender, height)? == 0 {
        return Err(ContractError::NotMember { address: info.sender.clone(), height });
    }
    let total_weight = TOTALS.may_load_at_height(deps.storage, height)?.unwrap_or_default().weight;
    let config = CONFIG.load(deps.storage)?;

    let proposal_id = LAST_PROPOSAL_ID.may_load(deps.storage)?.unwrap_or_default() + 1;
    LAST_PROPOSAL_ID.save(deps.storage, &proposal_id)?;
    let proposal = Proposal {
        title: draft.title,
        description: draft.description,
        messages: draft.messages,
        proposer: info.sender.clone(),
        opened_height: height,
        ends_height: height + config.voting_period_blocks,
        total_weight,
        tally: Tally::default(),
        is_executed: false,
    };
    PROPOSALS.save(deps.storage, proposal_id, &proposal)?;

    Ok(Response::new()
        .set_data(to_json_binary(&proposal_id)?)
        .add_attribute("action", "propose")
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("proposer", proposal.proposer)
        .add_attribute("ends_height", proposal.ends_height.to_string()))
}

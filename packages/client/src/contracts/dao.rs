//! The DAO contract.

use stoa_dao_types::{
    ConfigResponse, ExecuteMsg, Member, MembersResponse, ProposalResponse, ProposalsResponse,
    QueryMsg, VoteResponse,
};
use stoa_primitives::ProposalId;

use crate::{Client, error::ClientError, tx::TxOutcome};

/// The DAO at one address.
#[derive(Clone, Debug)]
pub struct Dao {
    client: Client,
    address: String,
}

impl Dao {
    /// The contract at `address`.
    pub fn new(client: Client, address: String) -> Self {
        Self { client, address }
    }

    /// Bech32 address of the contract.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends any message.
    pub async fn execute(&self, message: &ExecuteMsg) -> Result<TxOutcome, ClientError> {
        self.client.execute(&self.address, message, &[]).await
    }

    /// The rules.
    pub async fn config(&self) -> Result<ConfigResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Config {}).await
    }

    /// One page of members.
    pub async fn members(
        &self,
        start_after: Option<String>,
        limit: Option<u32>,
    ) -> Result<Vec<Member>, ClientError> {
        let query = QueryMsg::Members { start_after, limit };
        let page: MembersResponse = self.client.smart_query(&self.address, &query).await?;
        Ok(page.members)
    }

    /// One proposal.
    pub async fn proposal(&self, proposal_id: ProposalId) -> Result<ProposalResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Proposal { proposal_id }).await
    }

    /// One page of proposals.
    pub async fn proposals(
        &self,
        start_after: Option<ProposalId>,
        limit: Option<u32>,
    ) -> Result<Vec<ProposalResponse>, ClientError> {
        let query = QueryMsg::Proposals { start_after, limit };
        let page: ProposalsResponse = self.client.smart_query(&self.address, &query).await?;
        Ok(page.proposals)
    }

    /// A member's vote.
    pub async fn vote(
        &self,
        proposal_id: ProposalId,
        voter: String,
    ) -> Result<VoteResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Vote { proposal_id, voter }).await
    }
}

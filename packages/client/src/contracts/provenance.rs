//! The provenance contract.

use cosmwasm_std::Coin;
use stoa_primitives::ContentHash;
use stoa_provenance_types::{
    AssetResponse, AssetsResponse, ChildResponse, ChildrenResponse, ClaimableResponse,
    ConfigResponse, ExecuteMsg, QueryMsg,
};

use crate::{Client, error::ClientError, tx::TxOutcome};

/// The provenance registry at one address.
#[derive(Clone, Debug)]
pub struct Provenance {
    client: Client,
    address: String,
}

impl Provenance {
    /// The contract at `address`.
    pub fn new(client: Client, address: String) -> Self {
        Self { client, address }
    }

    /// Bech32 address of the contract.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends any message.
    pub async fn execute(
        &self,
        message: &ExecuteMsg,
        funds: &[Coin],
    ) -> Result<TxOutcome, ClientError> {
        self.client.execute(&self.address, message, funds).await
    }

    /// The configuration.
    pub async fn config(&self) -> Result<ConfigResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Config {}).await
    }

    /// One asset.
    pub async fn asset(&self, content_hash: ContentHash) -> Result<AssetResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Asset { content_hash }).await
    }

    /// One page of assets.
    pub async fn assets(
        &self,
        start_after: Option<ContentHash>,
        limit: Option<u32>,
    ) -> Result<Vec<AssetResponse>, ClientError> {
        let query = QueryMsg::Assets { start_after, limit };
        let page: AssetsResponse = self.client.smart_query(&self.address, &query).await?;
        Ok(page.assets)
    }

    /// One page of assets derived from `parent`, with what each owes it.
    pub async fn children(
        &self,
        parent: ContentHash,
        start_after: Option<ContentHash>,
        limit: Option<u32>,
    ) -> Result<Vec<ChildResponse>, ClientError> {
        let query = QueryMsg::Children { parent, start_after, limit };
        let page: ChildrenResponse = self.client.smart_query(&self.address, &query).await?;
        Ok(page.children)
    }

    /// What the owner could claim without collecting.
    pub async fn claimable(&self, asset: ContentHash) -> Result<ClaimableResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Claimable { asset }).await
    }
}

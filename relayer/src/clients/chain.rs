//! The chain, as far as one provider's jobs go.

use async_trait::async_trait;
use stoa_client::{BlockWatcher, Client, ClientError, Marketplace};
use stoa_marketplace_types::{ExecuteMsg, JobResponse};
use stoa_primitives::{Height, JobId};
use stoa_receipt::Receipt;
use tokio::sync::Mutex;

use crate::error::RelayerError;

#[cfg(test)]
mod fake;
#[cfg(test)]
pub(crate) use fake::FakeChain;

/// Reads jobs and sends messages about them.
#[async_trait]
pub trait Chain: Send + Sync {
    /// Last committed height.
    async fn height(&self) -> Result<Height, RelayerError>;

    /// The provider's jobs that are ordered or delivered.
    async fn open_jobs(&self) -> Result<Vec<JobResponse>, RelayerError>;

    /// One job, whatever its state.
    async fn job(&self, job_id: JobId) -> Result<JobResponse, RelayerError>;

    /// Sends an answer; returns when a block holds it.
    async fn deliver(&self, receipt: Receipt) -> Result<(), RelayerError>;

    /// Divides a job's price; returns when a block holds it.
    async fn settle(&self, job_id: JobId) -> Result<(), RelayerError>;

    /// Waits until there is probably a new block; a hint, never a fact. May be dropped and called again.
    async fn next_block(&self);
}

/// The marketplace contract on a live chain.
#[derive(Debug)]
pub struct ContractChain {
    client: Client,
    marketplace: Marketplace,
    provider: String,
    blocks: Mutex<BlockWatcher>,
}

impl ContractChain {
    /// Follows the marketplace that `client`'s network names, for the provider whose key it holds.
    pub fn start(client: Client) -> Result<Self, ClientError> {
        let marketplace = client.marketplace()?;
        let provider = client.address()?.to_owned();
        let blocks = Mutex::new(BlockWatcher::start(client.clone()));
        Ok(Self { client, marketplace, provider, blocks })
    }
}

#[async_trait]
impl Chain for ContractChain {
    async fn height(&self) -> Result<Height, RelayerError> {
        self.client.height().await.map_err(RelayerError::Chain)
    }

    async fn open_jobs(&self) -> Result<Vec<JobResponse>, RelayerError> {
        self.marketplace.open_jobs(&self.provider).await.map_err(RelayerError::Chain)
    }

    async fn job(&self, job_id: JobId) -> Result<JobResponse, RelayerError> {
        self.marketplace.job(job_id).await.map_err(RelayerError::Chain)
    }

    async fn deliver(&self, receipt: Receipt) -> Result<(), RelayerError> {
        let message = ExecuteMsg::Deliver { receipt };
        self.marketplace.execute(&message, &[]).await.map_err(RelayerError::Chain)?;
        Ok(())
    }

    async fn settle(&self, job_id: JobId) -> Result<(), RelayerError> {
        let message = ExecuteMsg::Settle { job_id };
        self.marketplace.execute(&message, &[]).await.map_err(RelayerError::Chain)?;
        Ok(())
    }

    async fn next_block(&self) {
        self.blocks.lock().await.next().await;
    }
}

//! The marketplace contract.

use cosmwasm_std::Coin;
use stoa_marketplace_types::{
    ConfigResponse, ExecuteMsg, JobResponse, JobsResponse, MAX_PAGE, ObligationsResponse, QueryMsg,
    ServiceResponse, ServicesResponse,
};
use stoa_primitives::{ContentHash, JobId, ServiceId};

use super::MAX_PAGES;
use crate::{Client, error::ClientError, tx::TxOutcome};

/// The marketplace at one address.
#[derive(Clone, Debug)]
pub struct Marketplace {
    client: Client,
    address: String,
}

impl Marketplace {
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

    /// Orders a job for exactly the service's price; returns the job's number.
    pub async fn order(
        &self,
        service: &ServiceResponse,
        input_hash: ContentHash,
        deadline_blocks: u64,
    ) -> Result<(JobId, TxOutcome), ClientError> {
        let denom = self.config().await?.denom;
        let message =
            ExecuteMsg::Order { service_id: service.service_id, input_hash, deadline_blocks };
        let price = Coin { denom, amount: service.price };
        let tx = self.execute(&message, &[price]).await?;
        let job_id = number_attribute(&tx, "job_id")?;
        Ok((job_id, tx))
    }

    /// Registers a service with `bond`; returns its number.
    pub async fn register_service(
        &self,
        message: &ExecuteMsg,
        bond: Coin,
    ) -> Result<(ServiceId, TxOutcome), ClientError> {
        let tx = self.execute(message, &[bond]).await?;
        let service_id = number_attribute(&tx, "service_id")?;
        Ok((service_id, tx))
    }

    /// The configuration.
    pub async fn config(&self) -> Result<ConfigResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Config {}).await
    }

    /// What the contract owes.
    pub async fn obligations(&self) -> Result<ObligationsResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Obligations {}).await
    }

    /// One service.
    pub async fn service(&self, service_id: ServiceId) -> Result<ServiceResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Service { service_id }).await
    }

    /// One page of services.
    pub async fn services(
        &self,
        start_after: Option<ServiceId>,
        limit: Option<u32>,
    ) -> Result<Vec<ServiceResponse>, ClientError> {
        let query = QueryMsg::Services { start_after, limit };
        let page: ServicesResponse = self.client.smart_query(&self.address, &query).await?;
        Ok(page.services)
    }

    /// One job.
    pub async fn job(&self, job_id: JobId) -> Result<JobResponse, ClientError> {
        self.client.smart_query(&self.address, &QueryMsg::Job { job_id }).await
    }

    /// One page of jobs.
    pub async fn jobs(
        &self,
        start_after: Option<JobId>,
        limit: Option<u32>,
    ) -> Result<Vec<JobResponse>, ClientError> {
        let query = QueryMsg::Jobs { start_after, limit };
        let page: JobsResponse = self.client.smart_query(&self.address, &query).await?;
        Ok(page.jobs)
    }

    /// Every job of `provider` that is ordered or delivered, page after page.
    pub async fn open_jobs(&self, provider: &str) -> Result<Vec<JobResponse>, ClientError> {
        let mut jobs: Vec<JobResponse> = Vec::new();
        for _ in 0..MAX_PAGES {
            let query = QueryMsg::OpenJobs {
                provider: provider.to_owned(),
                start_after: jobs.last().map(|job| job.job_id),
                limit: Some(MAX_PAGE),
            };
            let page: JobsResponse = self.client.smart_query(&self.address, &query).await?;
            let is_last = page.jobs.len() < MAX_PAGE as usize;
            jobs.extend(page.jobs);
            if is_last {
                break;
            }
        }
        Ok(jobs)
    }
}

fn number_attribute(tx: &TxOutcome, key: &'static str) -> Result<u64, ClientError> {
    tx.attribute("wasm", key)
        .and_then(|value| value.parse().ok())
        .ok_or(ClientError::Incomplete { missing: key })
}

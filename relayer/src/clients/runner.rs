//! The runner: executes a job key at most once and serves its result again.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use stoa_marketplace_types::JobResponse;
use stoa_proto::runner::v1::{
    GenerateRequest, JobKey, generate_response::Event, runner_service_client::RunnerServiceClient,
};
use stoa_receipt::Receipt;
use tonic::{
    Request,
    metadata::{Ascii, MetadataValue},
    transport::{Channel, Endpoint},
};

use crate::{error::RelayerError, plan::Execution};

#[cfg(test)]
mod fake;
#[cfg(test)]
pub(crate) use fake::FakeRunner;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Largest message in bytes: an output document and its receipt.
const MAX_MESSAGE_BYTES: usize = 2 << 20;

/// Turns an input into a signed answer.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Hands the job in, or attaches to it when the runner knows it, and waits for the answer.
    async fn generate(&self, job: &JobResponse, input: Bytes) -> Result<Execution, RelayerError>;
}

/// A runner behind gRPC; connects at the first job and again after every loss.
#[derive(Clone, Debug)]
pub struct GrpcRunner {
    channel: Channel,
    chain_id: String,
    marketplace: String,
    execution_timeout: Duration,
    authorization: Option<MetadataValue<Ascii>>,
}

impl GrpcRunner {
    /// The runner at `address` (`http://host:port`) for orders of one marketplace.
    pub fn new(
        address: &str,
        chain_id: String,
        marketplace: String,
        execution_timeout: Duration,
    ) -> Result<Self, RelayerError> {
        let endpoint = Endpoint::from_shared(address.to_owned())
            .map_err(RelayerError::RunnerAddress)?
            .connect_timeout(CONNECT_TIMEOUT);
        let channel = endpoint.connect_lazy();
        Ok(Self { channel, chain_id, marketplace, execution_timeout, authorization: None })
    }

    /// Presents `token` to a runner that takes jobs from its relayer only.
    pub fn with_token(mut self, token: &str) -> Result<Self, RelayerError> {
        let mut value = MetadataValue::try_from(format!("Bearer {}", token.trim()))
            .map_err(|_| RelayerError::RunnerToken)?;
        value.set_sensitive(true);
        self.authorization = Some(value);
        Ok(self)
    }

    async fn stream(&self, request: GenerateRequest) -> Result<Execution, RelayerError> {
        let refused = |status| RelayerError::Runner(Box::new(status));
        let mut client = RunnerServiceClient::new(self.channel.clone())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let mut request = Request::new(request);
        if let Some(authorization) = &self.authorization {
            request.metadata_mut().insert("authorization", authorization.clone());
        }
        let mut events = client.generate(request).await.map_err(refused)?.into_inner();
        while let Some(response) = events.message().await.map_err(refused)? {
            if let Some(Event::Completed(completed)) = response.event {
                let receipt = completed.receipt.ok_or(RelayerError::RunnerIncomplete)?;
                let receipt = Receipt::try_from(receipt)?;
                return Ok(Execution { receipt, output: completed.output.into() });
            }
        }
        Err(RelayerError::RunnerIncomplete)
    }
}

#[async_trait]
impl Runner for GrpcRunner {
    async fn generate(&self, job: &JobResponse, input: Bytes) -> Result<Execution, RelayerError> {
        let request = GenerateRequest {
            job: Some(JobKey {
                chain_id: self.chain_id.clone(),
                marketplace: self.marketplace.clone(),
                job_id: job.job_id,
            }),
            input: input.into(),
            input_hash: job.input_hash.as_bytes().to_vec(),
            model_root: job.model.as_bytes().to_vec(),
        };
        let waited = self.execution_timeout;
        tokio::time::timeout(waited, self.stream(request))
            .await
            .unwrap_or(Err(RelayerError::RunnerTimeout { waited }))
    }
}

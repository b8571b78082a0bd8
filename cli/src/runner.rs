//! The two questions that the command line asks a runner.

use std::{io::Write, time::Duration};

use stoa_primitives::JobId;
use stoa_proto::runner::v1::{
    GetDeviceRequest, JobKey, WatchRequest, runner_service_client::RunnerServiceClient,
    watch_response::Event,
};
use tonic::transport::{Channel, Endpoint};

use crate::error::CliError;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Seconds that the runner waits for the relayer to hand the job in.
const WAIT_SECONDS: u32 = 120;
/// Largest message in bytes: an output document and its receipt.
const MAX_MESSAGE_BYTES: usize = 2 << 20;

/// A connection to the runner of a service.
pub(crate) struct Runner {
    endpoint: String,
    client: RunnerServiceClient<Channel>,
}

impl Runner {
    pub async fn connect(endpoint: &str) -> Result<Self, CliError> {
        let failed = |source| CliError::RunnerConnection { endpoint: endpoint.to_owned(), source };
        let address = Endpoint::from_shared(endpoint.to_owned()).map_err(failed)?;
        let channel = address.connect_timeout(CONNECT_TIMEOUT).connect().await.map_err(failed)?;
        let client = RunnerServiceClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
        Ok(Self { endpoint: endpoint.to_owned(), client })
    }

    /// The key under which the runner signs receipts.
    pub async fn receipt_key(&mut self) -> Result<Vec<u8>, CliError> {
        let device = self.client.get_device(GetDeviceRequest {}).await;
        Ok(device.map_err(|status| self.refused(status))?.into_inner().receipt_key)
    }

    /// Writes the answer's text to `sink` as it is produced; returns when the runner is done.
    pub async fn stream(
        &mut self,
        chain_id: &str,
        marketplace: &str,
        job_id: JobId,
        sink: &mut (dyn Write + Send),
    ) -> Result<(), CliError> {
        let job =
            JobKey { chain_id: chain_id.to_owned(), marketplace: marketplace.to_owned(), job_id };
        let request = WatchRequest { job: Some(job), wait_seconds: WAIT_SECONDS };
        let events = self.client.watch(request).await;
        let mut events = events.map_err(|status| self.refused(status))?.into_inner();
        while let Some(response) = events.message().await.map_err(|status| self.refused(status))? {
            match response.event {
                Some(Event::Token(token)) => {
                    // A closed pipe ends the show, not the order.
                    let _ = write!(sink, "{}", token.text).and_then(|()| sink.flush());
                }
                Some(Event::Completed(_)) | None => {}
            }
        }
        let _ = writeln!(sink);
        Ok(())
    }

    fn refused(&self, status: tonic::Status) -> CliError {
        CliError::Runner { endpoint: self.endpoint.clone(), status: Box::new(status) }
    }
}

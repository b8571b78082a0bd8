//! The one task that sends transactions: sequence numbers cannot race.

use std::sync::Arc;

use bytes::Bytes;
use stoa_client::ContentStore;
use stoa_primitives::JobId;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{clients::Chain, error::RelayerError, plan::Execution};

/// Transactions that wait for the sender at most; what does not fit is planned again later.
pub(super) const MAX_QUEUED_TRANSACTIONS: usize = 64;

/// One transaction to send.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Submission {
    Deliver { job_id: JobId, execution: Box<Execution> },
    Settle { job_id: JobId },
}

/// What became of a transaction.
pub(super) struct Sent {
    pub job_id: JobId,
    pub action: &'static str,
    pub result: Result<(), RelayerError>,
}

/// Sends what arrives, in order, until the inbox closes or shutdown begins.
pub(super) async fn send_transactions(
    chain: Arc<dyn Chain>,
    content: Arc<dyn ContentStore>,
    mut inbox: mpsc::Receiver<Submission>,
    outbox: mpsc::Sender<Sent>,
    shutdown: CancellationToken,
) {
    while let Some(submission) = inbox.recv().await {
        if shutdown.is_cancelled() {
            return;
        }
        let sent = match submission {
            Submission::Deliver { job_id, execution } => {
                let result = deliver(chain.as_ref(), content.as_ref(), execution).await;
                Sent { job_id, action: "deliver", result }
            }
            Submission::Settle { job_id } => {
                Sent { job_id, action: "settle", result: chain.settle(job_id).await }
            }
        };
        if outbox.send(sent).await.is_err() {
            return;
        }
    }
}

/// The output is in the store before the chain says that the job is delivered.
async fn deliver(
    chain: &dyn Chain,
    content: &dyn ContentStore,
    execution: Box<Execution>,
) -> Result<(), RelayerError> {
    let output = Bytes::from(execution.output.to_vec());
    content.put(output).await.map_err(RelayerError::Content)?;
    chain.deliver(execution.receipt).await
}

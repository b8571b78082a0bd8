//! Who answers a path.

use std::sync::Arc;

use cosmos_sdk_proto::cosmos::base::node::v1beta1::ConfigResponse;
use prost::Message as _;
use tokio::sync::Semaphore;

use crate::{
    QueryPort,
    comet::Comet,
    limits::{MAX_CONCURRENT_QUERIES, REQUEST_TIMEOUT},
    status::Status,
};

/// Answered here: it is about this node, not about the state.
const NODE_CONFIG: &str = "/cosmos.base.node.v1beta1.Service/Config";

/// Protobuf bytes, and the height at which they are true (zero: of no height).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) height: u64,
}

/// Both sources: the application's state and CometBFT's blocks.
#[derive(Clone)]
pub(crate) struct Sources {
    app: Arc<dyn QueryPort>,
    comet: Arc<Comet>,
    permits: Arc<Semaphore>,
    /// The encoded answer about this node's configuration.
    node_config: Arc<[u8]>,
}

impl Sources {
    pub(crate) fn new(app: Arc<dyn QueryPort>, comet: Comet, minimum_gas_price: String) -> Self {
        let permits = Arc::new(Semaphore::new(MAX_CONCURRENT_QUERIES));
        let node_config = ConfigResponse { minimum_gas_price, ..ConfigResponse::default() };
        let node_config = node_config.encode_to_vec().into();
        Self { app, comet: Arc::new(comet), permits, node_config }
    }

    /// Answers a gRPC path; height zero is the last committed height.
    pub(crate) async fn ask(
        &self,
        path: &str,
        data: Vec<u8>,
        height: u64,
    ) -> Result<Answer, Status> {
        if path == NODE_CONFIG {
            return Ok(Answer { bytes: self.node_config.to_vec(), height: 0 });
        }
        let answer = async {
            match self.comet.answer(path, &data).await {
                Some(answer) => Ok(Answer { bytes: answer?, height: 0 }),
                None => self.ask_app(path.to_owned(), data, height).await,
            }
        };
        let late = |_| Status {
            code: tonic::Code::DeadlineExceeded,
            message: "the node is too busy".to_owned(),
        };
        tokio::time::timeout(REQUEST_TIMEOUT, answer).await.map_err(late)?
    }

    async fn ask_app(&self, path: String, data: Vec<u8>, height: u64) -> Result<Answer, Status> {
        let closed = |_| Status::unavailable("the node is stopping");
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(closed)?;
        let app = Arc::clone(&self.app);
        // Contracts may compute for a while, and the store blocks: never on a thread of the runtime.
        let run = tokio::task::spawn_blocking(move || {
            let result = app.query(&path, &data, height);
            drop(permit);
            result
        });
        let outcome = run.await.map_err(|_| Status::internal("the query panicked"))?;
        let (bytes, height) = outcome.map_err(|refusal| Status::from(&refusal))?;
        Ok(Answer { bytes, height })
    }
}

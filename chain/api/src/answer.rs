//! Who answers a path.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::{
    QueryPort,
    comet::Comet,
    limits::{MAX_CONCURRENT_QUERIES, REQUEST_TIMEOUT},
    status::Status,
};

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
}

impl Sources {
    pub(crate) fn new(app: Arc<dyn QueryPort>, comet: Comet) -> Self {
        let permits = Arc::new(Semaphore::new(MAX_CONCURRENT_QUERIES));
        Self { app, comet: Arc::new(comet), permits }
    }

    /// Answers a gRPC path; height zero is the last committed height.
    pub(crate) async fn ask(
        &self,
        path: &str,
        data: Vec<u8>,
        height: u64,
    ) -> Result<Answer, Status> {
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

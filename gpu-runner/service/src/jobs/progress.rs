//! What a job has produced so far, and the streams that replay and follow it.

use std::sync::Arc;

use futures::Stream;
use stoa_proto::runner::v1;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::RunnerError;

/// Replay buffer and outcome; at most `stoa_job::MAX_NEW_TOKENS` tokens.
#[derive(Default)]
pub struct Progress {
    /// Tokens in order.
    pub tokens: Vec<v1::Token>,
    /// The result, once there is one.
    pub outcome: Option<Result<v1::Completed, Arc<RunnerError>>>,
}

/// One event of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum JobEvent {
    /// A token was produced.
    Token(v1::Token),
    /// The job is done; the last event.
    Completed(v1::Completed),
}

/// A follower of one job: replays from the first token, then waits for the rest.
pub struct JobStream {
    progress: watch::Receiver<Progress>,
    next_token: usize,
    is_over: bool,
    _permit: OwnedSemaphorePermit,
}

impl JobStream {
    /// Follows `progress` for as long as `permit` allows.
    pub fn new(progress: watch::Receiver<Progress>, permit: OwnedSemaphorePermit) -> Self {
        Self { progress, next_token: 0, is_over: false, _permit: permit }
    }

    /// The next event; `None` after the last.
    pub async fn next_event(&mut self) -> Option<Result<JobEvent, Arc<RunnerError>>> {
        if self.is_over {
            return None;
        }
        loop {
            if let Some(event) = self.ready_event() {
                return Some(event);
            }
            if self.progress.changed().await.is_err() {
                self.is_over = true;
                return Some(Err(Arc::new(RunnerError::Lost)));
            }
        }
    }

    fn ready_event(&mut self) -> Option<Result<JobEvent, Arc<RunnerError>>> {
        let progress = self.progress.borrow_and_update();
        if let Some(token) = progress.tokens.get(self.next_token) {
            self.next_token += 1;
            return Some(Ok(JobEvent::Token(token.clone())));
        }
        let outcome = progress.outcome.clone()?;
        self.is_over = true;
        Some(outcome.map(JobEvent::Completed))
    }

    /// The events as a stream; the client's pace is the pace (nothing is buffered for it).
    pub fn into_events(self) -> impl Stream<Item = Result<JobEvent, Arc<RunnerError>>> {
        futures::stream::unfold(self, |mut stream| async move {
            let event = stream.next_event().await?;
            Some((event, stream))
        })
    }
}

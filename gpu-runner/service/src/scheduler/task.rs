//! One question that waits or runs.

use std::time::Instant;

use stoa_engine::{Generation, SequenceRequest, TokenEvent};
use tokio_util::sync::CancellationToken;

use crate::RunnerError;

/// What a finished task hears.
pub type Outcome = Result<Generation, RunnerError>;

/// Hears a token and the logits that it was drawn from.
pub type OnToken = Box<dyn FnMut(&TokenEvent, &[i32]) + Send>;

/// One question and whom to tell.
pub struct Task {
    /// The question.
    pub request: SequenceRequest,
    /// Breaks the answer off; a task that is cancelled while it waits never starts.
    pub cancel: CancellationToken,
    /// When nobody wants the answer any more.
    pub deadline: Option<Instant>,
    /// Called on the engine's thread with every token and the logits that it was drawn from; must not wait.
    pub on_token: OnToken,
    /// Called once, on the engine's thread.
    pub on_done: Box<dyn FnOnce(Outcome) + Send>,
}

impl Task {
    /// Tokens that the task may read and produce: its price in the queue.
    pub fn cost_tokens(&self) -> u64 {
        self.request.prompt_token_ids.len() as u64 + u64::from(self.request.max_new_tokens)
    }

    /// Why the task must not go on, if so.
    pub fn dead(&self, now: Instant) -> Option<RunnerError> {
        if self.cancel.is_cancelled() {
            return Some(RunnerError::Cancelled);
        }
        match self.deadline {
            Some(deadline) if deadline <= now => Some(RunnerError::DeadlineExceeded),
            _ => None,
        }
    }
}

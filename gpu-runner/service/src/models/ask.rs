//! One question of a caller who waits: tokens as they come, then the outcome.

use std::{sync::Arc, time::Instant};

use stoa_engine::{Generation, SequenceRequest, TokenEvent};
use stoa_job::MAX_NEW_TOKENS;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Served, TokenLogprobs};
use crate::{RunnerError, access::Caller, scheduler::Task};

/// Events that an answer can have: every token and the outcome. The engine never waits for a slow reader,
/// and a reader that never reads costs at most this.
const MAX_EVENTS: usize = MAX_NEW_TOKENS as usize + 1;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Prompt, length and sampler.
    pub request: SequenceRequest,
    /// Who asks.
    pub caller: Caller,
    /// When the caller does not want the answer any more.
    pub deadline: Option<Instant>,
    /// Alternatives to report with each token; `None` reports no probabilities at all.
    pub candidates: Option<usize>,
}

/// What happens to an answer.
#[derive(Debug)]
pub enum AnswerEvent {
    /// A token was produced.
    Token(TokenEvent, Option<TokenLogprobs>),
    /// The last event.
    Done(Result<Generation, RunnerError>),
}

/// The answer in the making; dropping it breaks the computation off.
pub struct Answer {
    events: mpsc::Receiver<AnswerEvent>,
    _cancel: DropGuard,
}

impl Answer {
    /// The next event; after the last one, that the answer was lost.
    pub async fn next(&mut self) -> AnswerEvent {
        self.events.recv().await.unwrap_or(AnswerEvent::Done(Err(RunnerError::Lost)))
    }

    /// Waits for the end.
    pub async fn whole(mut self) -> Result<Generation, RunnerError> {
        loop {
            if let AnswerEvent::Done(outcome) = self.next().await {
                return outcome;
            }
        }
    }
}

impl Served {
    /// Queues a question, or says which bound is reached.
    pub fn ask(self: &Arc<Self>, question: Question) -> Result<Answer, RunnerError> {
        let Question { request, caller, deadline, candidates } = question;
        if request.max_new_tokens > MAX_NEW_TOKENS {
            let actual = request.max_new_tokens;
            return Err(RunnerError::TooManyTokens { actual, limit: MAX_NEW_TOKENS });
        }
        let cancel = CancellationToken::new();
        let (events, receiver) = mpsc::channel(MAX_EVENTS);
        let last = events.clone();
        // A full channel cannot be: it holds every event there can be. A closed one means the caller left.
        self.scheduler.reserve(caller, &request)?.submit(Task {
            request,
            cancel: cancel.clone(),
            deadline,
            on_token: Box::new(move |event, logits| {
                let logprobs =
                    candidates.map(|count| TokenLogprobs::of(logits, event.token_id, count));
                let _ = events.try_send(AnswerEvent::Token(event.clone(), logprobs));
            }),
            on_done: Box::new(move |outcome| {
                let _ = last.try_send(AnswerEvent::Done(outcome));
            }),
        });
        Ok(Answer { events: receiver, _cancel: cancel.drop_guard() })
    }
}

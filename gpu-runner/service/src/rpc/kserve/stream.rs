//! `ModelStreamInfer`: answers one after the other, a response a token.

use std::{collections::VecDeque, time::Instant};

use futures::{Stream, stream};
use stoa_engine::ModelInfo;
use stoa_proto::inference::{ModelInferRequest, ModelStreamInferResponse};
use tonic::{Status, Streaming};

use super::{KserveService, request::Question, response};
use crate::{
    RunnerError,
    access::Caller,
    models::{Answer, AnswerEvent},
    rpc::{describe, status},
};

/// What a client opened.
pub struct Asked {
    /// Who asks.
    pub caller: Caller,
    /// When the client does not want any answer any more.
    pub deadline: Option<Instant>,
    /// The questions.
    pub requests: Streaming<ModelInferRequest>,
}

/// Where a stream stands.
struct State {
    service: KserveService,
    asked: Asked,
    current: Option<(ModelInfo, Question, Answer)>,
    ready: VecDeque<ModelStreamInferResponse>,
}

/// Responses in the order of the requests; ends when the client asks nothing more.
pub fn responses(
    service: KserveService,
    asked: Asked,
) -> impl Stream<Item = Result<ModelStreamInferResponse, Status>> + Send {
    let state = State { service, asked, current: None, ready: VecDeque::new() };
    stream::unfold(Some(state), |state| async move {
        let mut state = state?;
        match state.next().await {
            Ok(Some(response)) => Some((Ok(response), Some(state))),
            Ok(None) => None,
            Err(broken) => Some((Err(broken), None)),
        }
    })
}

impl State {
    async fn next(&mut self) -> Result<Option<ModelStreamInferResponse>, Status> {
        loop {
            if let Some(response) = self.ready.pop_front() {
                return Ok(Some(response));
            }
            if let Some((model, question, mut answer)) = self.current.take() {
                let event = answer.next().await;
                self.follow(model, question, answer, event);
                continue;
            }
            let Some(request) = self.asked.requests.message().await? else { return Ok(None) };
            if self.service.deps.closing.is_cancelled() {
                return Err(status(&RunnerError::ShuttingDown));
            }
            let (caller, deadline) = (self.asked.caller.clone(), self.asked.deadline);
            match self.service.ask(request, caller, deadline).await {
                Ok((served, question, answer)) => {
                    self.current = Some((served.port.model().clone(), question, answer));
                }
                Err(refused) => self.ready.push_back(failure(&refused)),
            }
        }
    }

    fn follow(&mut self, model: ModelInfo, question: Question, answer: Answer, event: AnswerEvent) {
        match event {
            AnswerEvent::Token(token, _) => {
                self.ready.push_back(success(response::token(&model, &question, &token)));
                self.current = Some((model, question, answer));
            }
            AnswerEvent::Done(Ok(generation)) => {
                let last = response::end(&model, &question, generation.finish_reason);
                self.ready.push_back(success(last));
            }
            AnswerEvent::Done(Err(error)) => self.ready.push_back(failure(&error)),
        }
    }
}

fn success(response: stoa_proto::inference::ModelInferResponse) -> ModelStreamInferResponse {
    ModelStreamInferResponse { error_message: String::new(), infer_response: Some(response) }
}

fn failure(error: &RunnerError) -> ModelStreamInferResponse {
    ModelStreamInferResponse { error_message: describe(error), infer_response: None }
}

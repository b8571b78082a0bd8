//! One answer of a request: tokens in, text out, until it ends or a stop sequence comes.

use futures::{Stream, StreamExt, stream};
use stoa_engine::FinishReason;

use super::stop::StopMatcher;
use crate::{
    RunnerError,
    models::{Answer, AnswerEvent, TokenLogprobs},
};

/// A token of an answer.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its id.
    pub id: u32,
    /// Its probability, when asked for.
    pub logprobs: Option<TokenLogprobs>,
}

/// What one event adds to an answer.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Number of the answer in the request.
    pub index: usize,
    /// Text that can be shown now.
    pub text: String,
    /// Tokens since the last piece.
    pub tokens: Vec<Token>,
    /// Why the answer is over; set in its last piece.
    pub finish: Option<&'static str>,
}

/// An answer in the making; dropping it breaks the computation off.
pub struct Choice {
    index: usize,
    answer: Answer,
    stops: StopMatcher,
    is_over: bool,
}

impl Choice {
    /// Follows `answer`.
    pub fn new(index: usize, answer: Answer, stops: Vec<String>) -> Self {
        Self { index, answer, stops: StopMatcher::new(stops), is_over: false }
    }

    /// The pieces as a stream; an error is its last item.
    pub fn pieces(self) -> impl Stream<Item = Result<Piece, RunnerError>> + Send {
        stream::unfold(self, |mut choice| async move {
            if choice.is_over {
                return None;
            }
            let piece = choice.next().await;
            choice.is_over = !matches!(&piece, Ok(Piece { finish: None, .. }));
            Some((piece, choice))
        })
    }

    async fn next(&mut self) -> Result<Piece, RunnerError> {
        let index = self.index;
        match self.answer.next().await {
            AnswerEvent::Token(event, logprobs) => {
                let (text, is_stop) = self.stops.push(&event.text);
                let tokens = vec![Token { id: event.token_id, logprobs }];
                Ok(Piece { index, text, tokens, finish: is_stop.then_some("stop") })
            }
            AnswerEvent::Done(outcome) => {
                let finish = match outcome?.finish_reason {
                    FinishReason::Stop => "stop",
                    FinishReason::Length => "length",
                    FinishReason::Cancelled => return Err(RunnerError::Cancelled),
                };
                let text = self.stops.rest();
                Ok(Piece { index, text, finish: Some(finish), ..Piece::default() })
            }
        }
    }
}

/// The pieces of all answers as they come.
pub fn interleaved(
    choices: Vec<Choice>,
) -> impl Stream<Item = Result<Piece, RunnerError>> + Send + Unpin {
    stream::select_all(choices.into_iter().map(|choice| choice.pieces().boxed()))
}

/// Whole answers, by number.
pub async fn gathered(choices: Vec<Choice>) -> Result<Vec<Piece>, RunnerError> {
    let mut whole: Vec<Piece> =
        (0..choices.len()).map(|index| Piece { index, ..Piece::default() }).collect();
    let mut pieces = interleaved(choices);
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        if let Some(answer) = whole.get_mut(piece.index) {
            answer.text.push_str(&piece.text);
            answer.tokens.extend(piece.tokens);
            answer.finish = piece.finish.or(answer.finish);
        }
    }
    Ok(whole)
}

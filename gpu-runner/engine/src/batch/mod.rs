//! Continuous batching: many answers over one executor, which reads the weights once a step for all of them.
//!
//! Purpose: decide which tokens share a step, draw what comes of it, and share keys and values of equal beginnings.
//! Place: between the callers of the engine (one thread at a time) and a back end.
//! Invariants: an answer's bits depend on its request alone, whatever runs beside it, however its prompt is cut and
//! whether its beginning was found or computed; answers that run have the memory they may need, so none is broken
//! off for want of it; a step that fails costs only the answers that fail by themselves.

mod answer;
mod places;
mod plan;
#[cfg(test)]
mod tests;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use rayon::prelude::*;

pub use plan::MIN_STEP_TOKENS;

use crate::{
    EngineError, Executor, FinishReason, SequenceRequest, StepToken, TokenEvent, folder::text::Text,
};
use answer::Answer;
use places::{Bounds, Known, Need, Places};
use plan::{Demand, shares};

/// Bounds of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Answers side by side.
    pub answers: u32,
    /// Memory for keys and values, where the back end divides it; elsewhere every sequence has the whole context.
    pub cache_bytes: u64,
    /// Tokens of one step: what decodes, and pieces of prompts. At least [`MIN_STEP_TOKENS`] are taken.
    pub step_tokens: u32,
    /// Texts of finished answers whose keys and values are kept for questions that begin alike; 0 keeps none.
    pub kept_texts: u32,
}

/// Names an answer of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnswerId(pub u64);

/// An answer that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its name.
    pub id: AnswerId,
    /// Tokens of the prompt whose keys and values were there already.
    pub reused_tokens: u32,
}

/// What happens to an answer in a step.
#[derive(Debug)]
pub enum BatchEvent<'a> {
    /// It has a token more; with a reason it is over.
    Token {
        /// The token.
        event: TokenEvent,
        /// Why it was the last.
        finished: Option<FinishReason>,
        /// Integer logits (Q14.16) from which it was drawn.
        logits: &'a [i32],
    },
    /// It is over without a result.
    Failed(EngineError),
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchStep {
    /// Answers that it served.
    pub answers: u32,
    /// Tokens that it ran.
    pub tokens: u32,
    /// Of these, tokens of prompts.
    pub prompt_tokens: u32,
}

/// Memory for keys and values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheUsage {
    /// Bytes of one position of one sequence; 0 where the back end does not divide its memory.
    pub position_bytes: u64,
    /// Positions that there is memory for.
    pub limit_positions: u64,
    /// Positions that are taken.
    pub used_positions: u64,
    /// Of these, the ones of answers that run; the rest was kept and makes room when it is needed.
    pub running_positions: u64,
}

/// Hears what happens to the answers of a batch.
pub type OnEvent<'a> = dyn FnMut(AnswerId, BatchEvent<'_>) + 'a;

/// Answers in the making.
pub struct Batch {
    executor: Box<dyn Executor>,
    step_tokens: u32,
    position_bytes: u64,
    places: Places,
    answers: Vec<Answer>,
    text: Option<Arc<Text>>,
    stop_ids: Vec<u32>,
    steps: u64,
    next_id: u64,
}

impl Batch {
    /// Answers over `executor`; without `text` they have ids and no text.
    pub(crate) fn new(
        mut executor: Box<dyn Executor>,
        limits: BatchLimits,
        text: Option<Arc<Text>>,
        stop_ids: Vec<u32>,
    ) -> Self {
        let capacity = executor.capacity();
        let whole = u64::from(capacity.sequences) * u64::from(capacity.context);
        let elastic = executor.elastic().map(|cache| {
            let bytes = cache.position_bytes().max(1);
            let held = cache.limit_positions().unwrap_or(u64::MAX);
            let positions = held.min(limits.cache_bytes / bytes);
            (bytes, positions, cache.page_positions().max(1))
        });
        let (bytes, positions, page) = elastic.unwrap_or((0, whole, 1));
        let bounds = Bounds {
            places: capacity.sequences,
            positions: positions - positions % u64::from(page),
            page,
            running: limits.answers.clamp(1, capacity.sequences.max(1)),
            is_elastic: elastic.is_some(),
            keeps: limits.kept_texts > 0,
        };
        Self {
            step_tokens: limits.step_tokens.max(MIN_STEP_TOKENS).min(capacity.step_tokens),
            position_bytes: bytes,
            executor,
            places: Places::new(bounds),
            answers: Vec::new(),
            text,
            stop_ids,
            steps: 0,
            next_id: 0,
        }
    }

    /// Answers that can run side by side.
    pub fn limit(&self) -> u32 {
        self.places.bounds().running
    }

    /// Memory for keys and values.
    pub fn usage(&self) -> CacheUsage {
        let (used_positions, running_positions) = self.places.used();
        let limit_positions = self.places.bounds().positions;
        let position_bytes = self.position_bytes;
        CacheUsage { position_bytes, limit_positions, used_positions, running_positions }
    }

    /// Whether an answer to `request` can begin now.
    pub fn has_room(&self, request: &SequenceRequest, scope: &str) -> bool {
        self.places.find(need(request, scope), &self.running()).is_some()
    }

    /// Begins an answer; `None` while others are in its way. Memory for its whole length is its own from here on.
    ///
    /// It may use keys and values of texts of the same `scope`, and of no other.
    pub fn begin(
        &mut self,
        request: &SequenceRequest,
        scope: &str,
    ) -> Result<Option<Begun>, EngineError> {
        self.check(request)?;
        let need = need(request, scope);
        let Some(placement) = self.places.find(need, &self.running()) else { return Ok(None) };
        self.places.take(&placement, need.positions);
        let (place, source, reused) = (placement.place, placement.source, placement.reused);
        if let Some(cache) = self.executor.elastic() {
            placement.cleared.iter().for_each(|cleared| cache.resize(*cleared, 0, 0));
            let keep = if source == place { reused } else { 0 };
            cache.resize(place, need.positions, keep);
            if reused > 0 && source != place {
                cache.copy(source, place, reused);
            }
        }
        let id = AnswerId(self.next_id);
        self.next_id += 1;
        let decoder = self.text.as_ref().map(Text::decoder);
        let answer = Answer::new(id, (place, reused), request.clone(), scope.to_owned(), decoder);
        self.answers.push(answer);
        Ok(Some(Begun { id, reused_tokens: reused }))
    }

    /// Breaks an answer off; does nothing when it is over.
    pub fn end(&mut self, id: AnswerId) {
        if let Some(index) = self.answers.iter().position(|answer| answer.id == id) {
            self.leave(index, true);
        }
    }

    /// Runs one step and says what became of the answers that it served.
    pub fn step(&mut self, on_event: &mut OnEvent<'_>) -> BatchStep {
        if self.answers.is_empty() {
            return BatchStep::default();
        }
        self.steps += 1;
        let demand =
            |answer: &Answer| Demand { unread: answer.unread(), last_step: answer.last_step };
        let demands: Vec<Demand> = self.answers.iter().map(demand).collect();
        let shares = shares(&demands, self.step_tokens);
        let failures = self.run(&shares);
        if shares.iter().zip(&failures).all(|(share, failure)| *share == 0 || failure.is_some()) {
            // Nobody went on: the back end may have lost what it held (a device that went away).
            self.forget();
        }
        let mut done = BatchStep::default();
        for (index, share) in shares.iter().enumerate() {
            if *share > 0 && failures[index].is_none() {
                done.answers += 1;
                done.tokens += share;
                done.prompt_tokens += self.answers[index].advance(*share, self.steps);
            }
        }
        self.deliver(failures, on_event);
        done
    }

    /// Runs the shares, all in one pass; where that fails, each by itself. Returns what failed even so.
    fn run(&mut self, shares: &[u32]) -> Vec<Option<EngineError>> {
        let mut failures: Vec<Option<EngineError>> = shares.iter().map(|_| None).collect();
        let mut order: Vec<usize> = (0..shares.len()).filter(|index| shares[*index] > 0).collect();
        order.sort_by_key(|index| self.answers[*index].place);
        let piece = |answers: &[Answer], index: usize| -> Vec<StepToken> {
            answers[index].next(shares[index]).collect()
        };
        let whole: Vec<StepToken> =
            order.iter().flat_map(|index| piece(&self.answers, *index)).collect();
        let Err(failed) = self.pass(&whole) else { return failures };
        if let [only] = order[..] {
            failures[only] = Some(failed);
            return failures;
        }
        // Writing the same keys and values again changes nothing, so a step can be repeated in pieces.
        tracing::warn!(error = %failed, answers = order.len(), "a step failed; each answer runs by itself");
        for index in order {
            failures[index] = self.pass(&piece(&self.answers, index)).err();
        }
        failures
    }

    /// One pass over the weights. A defect of the back end is an error like others.
    fn pass(&mut self, tokens: &[StepToken]) -> Result<(), EngineError> {
        let Self { executor, answers, .. } = self;
        let mut on_logits = |index: usize, row: &[i32]| {
            let place = tokens[index].sequence;
            if let Some(answer) = answers.iter_mut().find(|answer| answer.place == place) {
                answer.logits.clear();
                answer.logits.extend_from_slice(row);
            }
        };
        let pass = AssertUnwindSafe(|| executor.step(tokens, &mut on_logits));
        catch_unwind(pass).unwrap_or(Err(EngineError::Panicked))
    }

    /// Draws tokens side by side, then says them one after the other.
    fn deliver(&mut self, failures: Vec<Option<EngineError>>, on_event: &mut OnEvent<'_>) {
        let stop_ids = &self.stop_ids;
        let outcomes: Vec<_> = self
            .answers
            .par_iter_mut()
            .zip(failures)
            .map(|(answer, failure)| match failure {
                Some(failure) => Some(Err(failure)),
                None => (answer.unread() == 0).then(|| answer.draw(stop_ids)),
            })
            .collect();
        // From the back, so that leaving does not move who is still to be served.
        for (index, outcome) in outcomes.into_iter().enumerate().rev() {
            let Some(outcome) = outcome else { continue };
            let answer = &self.answers[index];
            let (id, logits) = (answer.id, answer.logits.as_slice());
            match outcome {
                Ok((event, finished)) => {
                    on_event(id, BatchEvent::Token { event, finished, logits });
                    if finished.is_some() {
                        self.leave(index, true);
                    }
                }
                Err(error) => {
                    let is_lost = error.loses_the_cache();
                    on_event(id, BatchEvent::Failed(error));
                    self.leave(index, false);
                    if is_lost {
                        self.forget();
                    }
                }
            }
        }
    }

    /// Frees an answer's place; what it computed is kept if it is sound.
    fn leave(&mut self, index: usize, is_sound: bool) {
        let answer = self.answers.swap_remove(index);
        let known = answer.known();
        let (place, length) = (answer.place, known.len() as u32);
        let text = is_sound.then(|| (known.to_vec(), answer.scope.clone()));
        let is_kept = self.places.leave(place, text);
        if let Some(cache) = self.executor.elastic() {
            let positions = if is_kept { length } else { 0 };
            cache.resize(place, positions, positions);
            self.places.shrink(place, positions);
        }
    }

    /// Gives up the texts that are kept.
    fn forget(&mut self) {
        let places = self.places.forget();
        if let Some(cache) = self.executor.elastic() {
            places.into_iter().for_each(|place| cache.resize(place, 0, 0));
        }
    }

    fn running(&self) -> Vec<Known<'_>> {
        let answers = self.answers.iter();
        answers.map(|one| Known { place: one.place, ids: one.known(), scope: &one.scope }).collect()
    }

    /// Refuses what can never run.
    fn check(&self, request: &SequenceRequest) -> Result<(), EngineError> {
        let capacity = self.executor.capacity();
        let SequenceRequest { prompt_token_ids: ids, max_new_tokens, .. } = request;
        let (requested, prompt_tokens) = (*max_new_tokens, ids.len() as u32);
        if requested == 0 {
            return Err(EngineError::NoNewTokens);
        }
        check_ids(ids, capacity.context.saturating_sub(1), capacity.vocab)?;
        let limit = capacity.context - prompt_tokens;
        if requested > limit {
            return Err(EngineError::TooManyNewTokens { requested, prompt_tokens, limit });
        }
        request.check_positions(self.places.bounds().positions)
    }
}

impl SequenceRequest {
    /// Positions of keys and values that prompt and answer may take.
    pub fn positions(&self) -> u32 {
        let prompt = u32::try_from(self.prompt_token_ids.len()).unwrap_or(u32::MAX);
        prompt.saturating_add(self.max_new_tokens)
    }

    /// Refuses a request that needs more than `limit` positions.
    pub fn check_positions(&self, limit: u64) -> Result<(), EngineError> {
        let positions = self.positions();
        match u64::from(positions) <= limit {
            true => Ok(()),
            false => Err(EngineError::CacheTooSmall { positions, limit }),
        }
    }
}

fn need<'a>(request: &'a SequenceRequest, scope: &'a str) -> Need<'a> {
    Need { prompt: &request.prompt_token_ids, positions: request.positions(), scope }
}

/// Refuses token ids that the model does not know, none, and more than `limit`.
pub fn check_ids(ids: &[u32], limit: u32, vocab_size: u32) -> Result<(), EngineError> {
    if ids.is_empty() {
        return Err(EngineError::EmptyPrompt);
    }
    if ids.len() > limit as usize {
        return Err(EngineError::PromptTooLong { tokens: ids.len() as u32, limit });
    }
    match ids.iter().find(|id| **id >= vocab_size) {
        Some(token_id) => Err(EngineError::UnknownToken { token_id: *token_id, vocab_size }),
        None => Ok(()),
    }
}

//! One answer in steps, so that a caller can advance many side by side.

use stoa_exact::Choice;

use crate::{
    EngineError, FinishReason, Sampler, SequenceRequest, Step, TokenEvent,
    folder::text::AnswerDecoder, pool::Lease,
};

/// Tokens of a prompt that one step reads, so that a long prompt does not hold up its neighbours.
pub const PREFILL_CHUNK_TOKENS: u32 = 64;

/// A question, its cache of keys and values, and how far its answer is.
///
/// The bits depend on the request alone: how steps of several sequences interleave cannot change them.
pub struct Sequence {
    request: SequenceRequest,
    executor: Lease,
    decoder: AnswerDecoder,
    stop_ids: Vec<u32>,
    /// Tokens whose keys and values are in the cache.
    position: u32,
    /// The token that is read next once the prompt is.
    last: Option<u32>,
    produced: u32,
    logits: Vec<i32>,
    is_finished: bool,
}

impl Sequence {
    pub(crate) fn new(
        request: SequenceRequest,
        executor: Lease,
        decoder: AnswerDecoder,
        stop_ids: Vec<u32>,
    ) -> Self {
        Self {
            request,
            executor,
            decoder,
            stop_ids,
            position: 0,
            last: None,
            produced: 0,
            logits: Vec::new(),
            is_finished: false,
        }
    }

    /// Ids of the prompt, the start token included.
    pub fn prompt_token_ids(&self) -> &[u32] {
        &self.request.prompt_token_ids
    }

    /// Integer logits (Q14.16) from which the last token was drawn; empty before the first.
    pub fn last_logits(&self) -> &[i32] {
        &self.logits
    }

    /// Reads a piece of the prompt, or produces one token. A finished sequence has no further step.
    pub fn advance(&mut self) -> Result<Step, EngineError> {
        if self.is_finished {
            return Err(EngineError::NoNewTokens);
        }
        let ids = &self.request.prompt_token_ids;
        // The last token of the prompt is read by the step that draws the first of the answer.
        let before = ids.len().saturating_sub(1);
        let unread = ids.get(self.position as usize..before).unwrap_or_default();
        if !unread.is_empty() {
            let chunk = &unread[..unread.len().min(PREFILL_CHUNK_TOKENS as usize)];
            self.executor.run(self.position, chunk, false)?;
            self.position += chunk.len() as u32;
            return Ok(Step::Prefilled { tokens: chunk.len() as u32 });
        }
        let current = self.last.or(ids.last().copied()).ok_or(EngineError::EmptyPrompt)?;
        self.produce(current)
    }

    fn produce(&mut self, current: u32) -> Result<Step, EngineError> {
        let rows = self.executor.run(self.position, &[current], true)?;
        self.logits = rows.into_iter().next_back().unwrap_or_default();
        self.position += 1;
        let token_id = draw(&self.logits, self.request.sampler, self.position);
        self.last = Some(token_id);
        let index = self.produced;
        self.produced += 1;
        let is_stop = self.stop_ids.contains(&token_id);
        let text = if is_stop { String::new() } else { self.decoder.push(token_id)? };
        let finished = match is_stop {
            true => Some(FinishReason::Stop),
            false if self.produced >= self.request.max_new_tokens => Some(FinishReason::Length),
            false => None,
        };
        self.is_finished = finished.is_some();
        Ok(Step::Token(TokenEvent { index, token_id, text }, finished))
    }
}

/// Token `position` of the sequence from the logits before it.
fn draw(logits: &[i32], sampler: Sampler, position: u32) -> u32 {
    let Sampler { temperature_milli, top_k, seed } = sampler;
    // The vocabulary has at least one id, so there always is an element.
    let choice = Choice { temperature_milli, top_k, top_p_milli: 0, seed, position };
    stoa_exact::sample(logits, choice).unwrap_or_default()
}

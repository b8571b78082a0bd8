//! One answer of a batch: its tokens so far, and how many of them have keys and values.

use stoa_exact::Choice;

use super::AnswerId;
use crate::{
    EngineError, FinishReason, Sampler, SequenceRequest, StepToken, TokenEvent,
    folder::text::AnswerDecoder,
};

/// What a draw gave: the token, and why it is the last, if it is.
pub type Drawn = (TokenEvent, Option<FinishReason>);

pub struct Answer {
    pub id: AnswerId,
    /// Its sequence in the executor.
    pub place: u32,
    /// Who may use what it leaves.
    pub scope: String,
    /// Number of the last step that served it.
    pub last_step: u64,
    /// Logits (Q14.16) that the next token is drawn from.
    pub logits: Vec<i32>,
    /// Tokens of the prompt, then those of the answer.
    ids: Vec<u32>,
    /// Of these, the ones that have keys and values.
    cached: usize,
    prompt_tokens: usize,
    max_new_tokens: u32,
    sampler: Sampler,
    /// `None` where only token ids are wanted.
    decoder: Option<AnswerDecoder>,
}

impl Answer {
    /// Nothing produced yet; the first `cached` tokens of the prompt are in `place` already.
    pub fn new(
        id: AnswerId,
        (place, cached): (u32, u32),
        request: SequenceRequest,
        scope: String,
        decoder: Option<AnswerDecoder>,
    ) -> Self {
        let SequenceRequest { prompt_token_ids: ids, max_new_tokens, sampler } = request;
        Self {
            id,
            place,
            scope,
            last_step: 0,
            logits: Vec::new(),
            cached: cached as usize,
            prompt_tokens: ids.len(),
            ids,
            max_new_tokens,
            sampler,
            decoder,
        }
    }

    /// Tokens without keys and values: the rest of the prompt, or the token that was drawn last.
    pub fn unread(&self) -> u32 {
        (self.ids.len() - self.cached) as u32
    }

    /// Tokens whose keys and values are in its place.
    pub fn known(&self) -> &[u32] {
        &self.ids[..self.cached]
    }

    /// The next `count` tokens of it for a step; after the last of them a token can be drawn.
    pub fn next(&self, count: u32) -> impl Iterator<Item = StepToken> {
        let from = self.cached;
        let ids = self.ids[from..].iter().take(count as usize);
        ids.enumerate().map(move |(index, id)| StepToken {
            sequence: self.place,
            position: (from + index) as u32,
            id: *id,
            wants_logits: from + index + 1 == self.ids.len(),
        })
    }

    /// Notes that a step ran `count` of its tokens; returns how many were of the prompt.
    pub fn advance(&mut self, count: u32, step: u64) -> u32 {
        let of_prompt = self.prompt_tokens.saturating_sub(self.cached).min(count as usize);
        self.cached += count as usize;
        self.last_step = step;
        of_prompt as u32
    }

    /// Draws the next token from the logits.
    pub fn draw(&mut self, stop_ids: &[u32]) -> Result<Drawn, EngineError> {
        let Sampler { temperature_milli, top_k, top_p_milli, seed } = self.sampler;
        let position = self.ids.len() as u32;
        let choice = Choice { temperature_milli, top_k, top_p_milli, seed, position };
        // The vocabulary has at least one id, so there always is an element.
        let token_id = stoa_exact::sample(&self.logits, choice).unwrap_or_default();
        let index = position - self.prompt_tokens as u32;
        self.ids.push(token_id);
        let is_stop = stop_ids.contains(&token_id);
        let text = match &mut self.decoder {
            Some(decoder) if !is_stop => decoder.push(token_id)?,
            _ => String::new(),
        };
        let finished = match is_stop {
            true => Some(FinishReason::Stop),
            false if index + 1 >= self.max_new_tokens => Some(FinishReason::Length),
            false => None,
        };
        Ok((TokenEvent { index, token_id, text }, finished))
    }
}

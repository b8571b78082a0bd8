//! Checks a finished answer: one batched pass over prompt and answer instead of a pass a token.
//!
//! Purpose: say where an answer, or the trace behind it, leaves what the model computes.
//! Place: beside the engine, on the CPU; the bits are those of every back end.
//! Invariants: a check reads the claim's own tokens (teacher-forced), so everything before the first divergence is
//! computed from what claimant and checker agree on, and the divergence named is the first.

mod claim;

use std::{path::Path, sync::Arc};

use stoa_exact::{Choice, sample};
use stoa_trace::{Claim, Commitment, Ids, Trace, record};

use crate::{
    CpuOptions, EngineError, FinishReason, ModelInfo,
    cpu::CpuExecutor,
    engine::{Loaded, read},
    executor::{ElasticCache as _, Executor as _, StepToken},
    folder::text::Text,
    integer::model::IntegerModel,
};
pub use claim::{Divergence, GenerationClaim, TraceDivergence};

/// A model that answers are checked with.
pub struct Checker {
    info: ModelInfo,
    integers: Arc<IntegerModel>,
    text: Option<Arc<Text>>,
    executor: CpuExecutor,
}

impl Checker {
    /// Loads and quantises the folder.
    pub fn load(dir: &Path) -> Result<Self, EngineError> {
        let Loaded { info, integers, text } = read(dir)?;
        let executor = CpuExecutor::with_options(Arc::clone(&integers), CpuOptions::default());
        Ok(Self { info, integers, text, executor })
    }

    /// Identity and size of the model.
    pub fn model(&self) -> &ModelInfo {
        &self.info
    }

    /// The integers, as a single element is computed from them.
    pub fn weights(&self) -> &(impl stoa_trace::Model + use<>) {
        self.integers.as_ref()
    }

    /// Ids of a prompt, the start token in front; `None` when the folder has no tokenizer.
    pub fn encode(&self, prompt: &str) -> Result<Option<Vec<u32>>, EngineError> {
        self.text.as_ref().map(|text| text.encode(prompt)).transpose()
    }

    /// The text of an answer's ids; `None` when the folder has no tokenizer.
    pub fn decode(&self, output_token_ids: &[u32]) -> Result<Option<String>, EngineError> {
        let Some(text) = &self.text else { return Ok(None) };
        let mut decoder = text.decoder();
        let shown = output_token_ids.iter().filter(|id| !self.is_end(**id));
        shown.map(|id| decoder.push(*id)).collect::<Result<String, _>>().map(Some)
    }

    /// Computes the answer again as one batched prefill; `None` when it is what the model says.
    pub fn check(
        &mut self,
        claim: &GenerationClaim<'_>,
    ) -> Result<Option<Divergence>, EngineError> {
        self.check_sizes(claim)?;
        let prompt = claim.prompt_token_ids.len() as u32;
        let ids = claim.read_token_ids();
        let token = |(position, id): (u32, &u32)| StepToken {
            sequence: 0,
            position,
            id: *id,
            wants_logits: position + 1 >= prompt,
        };
        let tokens: Vec<StepToken> = (0..).zip(&ids).map(token).collect();
        self.executor.resize(0, tokens.len() as u32, 0);
        for step in tokens.chunks(self.executor.capacity().step_tokens as usize) {
            let mut found = None;
            self.executor.step(step, &mut |place, logits| {
                let position = step.get(place).map_or(0, |token| token.position) + 1;
                let expected = sample(logits, claim.choice(position)).unwrap_or_default();
                let index = position - prompt;
                let claimed = claim.output_token_ids.get(index as usize).copied();
                if found.is_none() && claimed != Some(expected) {
                    let claimed = claimed.unwrap_or_default();
                    found = Some(Divergence::Token { index, claimed, expected });
                }
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(self.check_ending(claim))
    }

    /// The canonical trace of prompt and answer.
    pub fn trace(&self, claim: &GenerationClaim<'_>) -> Result<Trace, EngineError> {
        self.check_sizes(claim)?;
        self.integers.require_llama("the trace")?;
        let ids = claim.read_token_ids();
        // The ids were checked, and a whole model lacks no part.
        record(self.integers.as_ref(), Claim { ids: Ids::all(&ids), choice: claim.choice(0) })
            .ok_or(EngineError::EmptyPrompt)
    }

    /// The first element in which a claimed trace leaves the true one; `None` when there is none.
    pub fn first_divergence(
        &self,
        claim: &GenerationClaim<'_>,
        claimed: &Trace,
    ) -> Result<Option<TraceDivergence>, EngineError> {
        let own = self.trace(claim)?;
        if own.shape() != claimed.shape() {
            return Ok(Some(TraceDivergence::Shape { expected: own.shape() }));
        }
        let difference = Commitment::of(claimed).first_difference(&Commitment::of(&own));
        Ok(difference.and_then(|found| {
            let (tensor, index) = (found.tensor, found.element(claimed, &own)?);
            let (claimed, expected) =
                (claimed.element(tensor, index)?, own.element(tensor, index)?);
            Some(TraceDivergence::Element { tensor, index, claimed, expected })
        }))
    }

    fn is_end(&self, id: u32) -> bool {
        self.integers.config.eos.contains(&id)
    }

    fn check_sizes(&self, claim: &GenerationClaim<'_>) -> Result<(), EngineError> {
        let (prompt, answer) = (claim.prompt_token_ids, claim.output_token_ids);
        if prompt.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        if answer.is_empty() {
            return Err(EngineError::NoNewTokens);
        }
        let limit = self.info.context_tokens;
        let tokens = prompt.len() + answer.len();
        if tokens > limit as usize {
            return Err(EngineError::PromptTooLong { tokens: tokens as u32, limit });
        }
        let vocab_size = self.info.vocab_size;
        match prompt.iter().chain(answer).find(|id| **id >= vocab_size) {
            Some(token_id) => Err(EngineError::UnknownToken { token_id: *token_id, vocab_size }),
            None => Ok(()),
        }
    }

    /// An answer ends with its first end token or with the last token that was asked for, and says which.
    fn check_ending(&self, claim: &GenerationClaim<'_>) -> Option<Divergence> {
        let output = claim.output_token_ids;
        let asked = claim.max_new_tokens as usize;
        let end = output.iter().position(|id| self.is_end(*id)).map(|index| index + 1);
        let expected_tokens = end.unwrap_or(asked).min(asked);
        let expected_reason = match end.is_some_and(|tokens| tokens <= asked) {
            true => FinishReason::Stop,
            false => FinishReason::Length,
        };
        let is_right = output.len() == expected_tokens && claim.finish_reason == expected_reason;
        (!is_right).then_some(Divergence::Ending {
            expected_tokens: expected_tokens as u32,
            expected_reason,
        })
    }
}

impl GenerationClaim<'_> {
    /// How the token at `position` is drawn.
    fn choice(&self, position: u32) -> Choice {
        let crate::Sampler { temperature_milli, top_k, top_p_milli, seed } = self.sampler;
        Choice { temperature_milli, top_k, top_p_milli, seed, position }
    }

    /// What the model reads: prompt and answer without its last token, behind which nothing was drawn.
    fn read_token_ids(&self) -> Vec<u32> {
        let read = self.output_token_ids.split_last().map_or(&[][..], |(_, read)| read);
        [self.prompt_token_ids, read].concat()
    }
}

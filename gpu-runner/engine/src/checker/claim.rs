//! What is checked, and what a check finds.

use serde::Serialize;
use stoa_trace::{Shape, Tensor};

use crate::{FinishReason, Sampler};

/// A finished answer as somebody claims it.
#[derive(Debug, Clone, Copy)]
pub struct GenerationClaim<'a> {
    /// Ids of the prompt, the start token included.
    pub prompt_token_ids: &'a [u32],
    /// Ids of the answer, the end token included.
    pub output_token_ids: &'a [u32],
    /// How tokens were drawn.
    pub sampler: Sampler,
    /// The most tokens that were asked for.
    pub max_new_tokens: u32,
    /// Why it ended.
    pub finish_reason: FinishReason,
}

/// Where an answer leaves what the model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Divergence {
    /// The first token that is drawn otherwise.
    #[error("token {index} of the answer is {claimed}, the model draws {expected}")]
    Token {
        /// Its number in the answer, from 0.
        index: u32,
        /// Its id in the claim.
        claimed: u32,
        /// The id that the model draws.
        expected: u32,
    },
    /// Every token is right, but the answer does not end where it must, or gives another reason.
    #[error("the answer must end after {expected_tokens} tokens with reason {expected_reason:?}")]
    Ending {
        /// Tokens that it must have.
        expected_tokens: u32,
        /// Why it ends there.
        expected_reason: FinishReason,
    },
}

/// Where a trace leaves the true one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceDivergence {
    /// It is the trace of another shape.
    Shape {
        /// The shape that it must have.
        expected: Shape,
    },
    /// The first element that differs.
    Element {
        /// Its tensor.
        tensor: Tensor,
        /// Its number.
        index: u64,
        /// Its value in the claim; codes as words.
        claimed: i32,
        /// The value that the model computes.
        expected: i32,
    },
}

//! What callers of the engine say and hear: requests, events, results and reports.

use serde::Serialize;
use stoa_primitives::ContentHash;

/// Where the integers are computed; the bits are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendKind {
    /// WGSL compute shaders on a Vulkan, Metal or DX12 adapter.
    Gpu,
    /// The CPU twin.
    Cpu,
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// Continues text.
    Generation,
    /// Gives a text an embedding.
    Embedding,
    /// Scores documents for a query.
    Ranking,
    /// Labels an image or a row of numbers.
    Classification,
}

impl std::fmt::Display for ModelKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Generation => "generation",
            Self::Embedding => "embeddings",
            Self::Ranking => "ranking",
            Self::Classification => "classification",
        })
    }
}

/// What the engine itself sees of its adapter: a statement, not a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdapterReport {
    /// Name that the driver gives.
    pub name: String,
    /// `Vulkan`, `Metal`, `DX12` or `CPU`.
    pub api: String,
    /// Driver and its version.
    pub driver: String,
    /// True when the "GPU" is a processor (lavapipe, WARP) or the back end is the CPU twin.
    pub is_software: bool,
}

/// Identity and size of a loaded model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelInfo {
    /// Name of the folder.
    pub name: String,
    /// Architecture as `config.json` names it.
    pub architecture: String,
    /// Merkle root over manifest, tokenizer hash, tables and integer weights.
    pub model_root: ContentHash,
    /// Version of the exact semantics ([`stoa_exact::SEMANTICS_VERSION`]).
    pub semantics_version: u32,
    /// The most positions of prompt and answer together.
    pub context_tokens: u32,
    /// Number of token ids.
    pub vocab_size: u32,
    /// Number of weights (a tied output matrix counts once).
    pub parameter_count: u64,
}

/// How the next token is drawn from integer logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sampler {
    /// Temperature in thousandths; 0 takes the largest logit (lowest index on ties).
    pub temperature_milli: u32,
    /// Draw among this many largest logits; 0 means all.
    pub top_k: u32,
    /// Draw among the fewest of them whose probabilities sum to this many thousandths; 0 and from 1000 on mean all.
    pub top_p_milli: u32,
    /// Seed of the ChaCha20 stream.
    pub seed: u64,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerateRequest {
    /// Text; the tokenizer's start token is put in front of it.
    pub prompt: String,
    /// The most tokens to produce, at least 1.
    pub max_new_tokens: u32,
    /// How tokens are drawn.
    pub sampler: Sampler,
}

/// One question in token ids, for callers that compute many at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceRequest {
    /// Ids of the prompt, the start token included.
    pub prompt_token_ids: Vec<u32>,
    /// The most tokens to produce, at least 1.
    pub max_new_tokens: u32,
    /// How tokens are drawn.
    pub sampler: Sampler,
}

/// One produced token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenEvent {
    /// Number of the token in the answer, from 0.
    pub index: u32,
    /// Id of the token.
    pub token_id: u32,
    /// Text that became complete with this token; empty in the middle of a UTF-8 sequence.
    pub text: String,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FinishReason {
    /// The model produced its end token (which is the last of `output_token_ids` and has no text).
    Stop,
    /// `max_new_tokens` were produced.
    Length,
    /// The caller broke off.
    Cancelled,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Ids of the prompt, the start token included.
    pub prompt_token_ids: Vec<u32>,
    /// Ids of the answer, the end token included.
    pub output_token_ids: Vec<u32>,
    /// Text of the answer: the events' texts, joined.
    pub text: String,
    /// Why it ended.
    pub finish_reason: FinishReason,
}

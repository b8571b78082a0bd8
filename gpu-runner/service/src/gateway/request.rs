//! A checked request on its way to the engine: prompts, parameters, and what every response says.

use std::{sync::Arc, time::Instant};

use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use stoa_engine::{BackendKind, EngineError, ModelInfo, SequenceRequest};
use stoa_job::MAX_PROMPT_BYTES;

use super::{choice::Choice, error::ApiError, params::Params};
use crate::{
    RunnerError,
    access::Caller,
    models::{Question, Served},
};

/// Hex digits of the root in a fingerprint.
const FINGERPRINT_DIGITS: usize = 16;

/// Everything that a request fixes.
pub struct Prepared {
    /// The model.
    pub served: Arc<Served>,
    /// Parameters.
    pub params: Params,
    /// Ids of each prompt.
    pub prompts: Vec<Vec<u32>>,
    /// Alternatives to report with each token.
    pub candidates: Option<usize>,
    /// Tokens to produce at most when the request does not say; `None` fills the context.
    pub default_tokens: Option<u32>,
    /// Identifier of the response.
    pub id: String,
    /// Seconds since 1970.
    pub created: u64,
}

impl Prepared {
    /// Queues every answer, or refuses the whole request.
    pub fn ask(&self, caller: &Caller, deadline: Instant) -> Result<Vec<Choice>, RunnerError> {
        let mut choices = Vec::new();
        for prompt in &self.prompts {
            let max_new_tokens = self.max_new_tokens(prompt)?;
            for number in 0..self.params.choices {
                let request = SequenceRequest {
                    prompt_token_ids: prompt.clone(),
                    max_new_tokens,
                    sampler: self.params.sampler_of(number),
                };
                let answer = self.served.ask(Question {
                    request,
                    caller: caller.clone(),
                    deadline: Some(deadline),
                    candidates: self.candidates,
                })?;
                choices.push(Choice::new(choices.len(), answer, self.params.stops.clone()));
            }
        }
        Ok(choices)
    }

    /// Refuses before anything is queued what the engine would refuse later.
    fn max_new_tokens(&self, prompt: &[u32]) -> Result<u32, RunnerError> {
        let context = self.served.port.model().context_tokens;
        let tokens = u32::try_from(prompt.len()).unwrap_or(u32::MAX);
        if tokens == 0 {
            return Err(EngineError::EmptyPrompt.into());
        }
        if tokens >= context {
            return Err(EngineError::PromptTooLong { tokens, limit: context - 1 }.into());
        }
        let room = (context - tokens).min(stoa_job::MAX_NEW_TOKENS);
        match self.params.max_tokens {
            None => Ok(self.default_tokens.unwrap_or(room).min(room)),
            Some(requested) if requested <= room => Ok(requested),
            Some(requested) => {
                let limit = room;
                Err(EngineError::TooManyNewTokens { requested, prompt_tokens: tokens, limit }
                    .into())
            }
        }
    }

    /// Prompt of an answer.
    pub fn prompt_of(&self, index: usize) -> &[u32] {
        let choices = self.params.choices as usize;
        self.prompts.get(index / choices).map_or(&[], Vec::as_slice)
    }

    /// Token counts in OpenAI's shape.
    pub fn usage(&self, completion_tokens: usize) -> Value {
        let prompt_tokens: usize = self.prompts.iter().map(Vec::len).sum();
        json!({
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        })
    }

    /// What a third party needs to compute the answer again.
    pub fn extension(&self) -> Value {
        let sampler = self.params.sampler;
        let mut extension = identity(self.served.port.model(), self.served.port.backend());
        if let Value::Object(fields) = &mut extension {
            fields.insert("temperature_milli".to_owned(), json!(sampler.temperature_milli));
            fields.insert("top_k".to_owned(), json!(sampler.top_k));
            fields.insert("top_p_milli".to_owned(), json!(sampler.top_p_milli));
            // As text: JavaScript's numbers lose bits of large ones.
            fields.insert("seed".to_owned(), json!(sampler.seed.to_string()));
        }
        extension
    }

    /// Changes when the model or its semantics do.
    pub fn fingerprint(&self) -> String {
        let model = self.served.port.model();
        let root = model.model_root.to_string();
        let short = root.get(..FINGERPRINT_DIGITS).unwrap_or_default();
        format!("stoa-v{}-{short}", model.semantics_version)
    }
}

/// What a model's answers are: exact or not, of which weights, by which semantics.
pub fn identity(model: &ModelInfo, kind: BackendKind) -> Value {
    json!({
        // Every back end of the engine computes the exact semantics; there is no other mode.
        "exact": true,
        "model_root": model.model_root.to_string(),
        "semantics_version": model.semantics_version,
        "backend": backend(kind),
    })
}

const fn backend(kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::Gpu => "gpu",
        BackendKind::Cpu => "cpu",
    }
}

/// The same in headers, for clients that do not look into bodies.
pub fn identity_headers(model: &ModelInfo) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-stoa-exact", HeaderValue::from_static("true"));
    if let Ok(root) = HeaderValue::from_str(&model.model_root.to_string()) {
        headers.insert("x-stoa-model-root", root);
    }
    headers.insert("x-stoa-semantics-version", HeaderValue::from(model.semantics_version));
    headers
}

/// Ids of a text, off the async threads: a tokenizer takes its time for a long one.
pub async fn encode(
    served: &Arc<Served>,
    param: &str,
    text: String,
    brings_start_token: bool,
) -> Result<Vec<u32>, ApiError> {
    if text.len() > MAX_PROMPT_BYTES {
        let message = format!("{param} is longer than {MAX_PROMPT_BYTES} bytes");
        return Err(ApiError::invalid(param, message));
    }
    let served = Arc::clone(served);
    let encoding =
        tokio::task::spawn_blocking(move || served.port.encode(&text, brings_start_token));
    let ids = encoding.await.map_err(|_| RunnerError::Lost)?;
    Ok(ids.map_err(RunnerError::from)?)
}

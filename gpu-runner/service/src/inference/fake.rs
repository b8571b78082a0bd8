//! An engine without a model: repeats the prompt's words, for tests of everything around it.

use std::sync::{
    Condvar, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use stoa_engine::{
    AdapterReport, BackendKind, EngineError, FinishReason, GenerateRequest, Generation, ModelInfo,
    TokenEvent,
};
use stoa_primitives::ContentHash;

use super::{InferencePort, OnToken};

/// Prompt on which the fake engine panics.
const PANIC_PROMPT: &str = "!panic";

/// Answers with the prompt's words; counts executions; waits at a gate that a test opens.
pub struct FakeInference {
    model: ModelInfo,
    adapter: AdapterReport,
    executions: AtomicU32,
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Default for FakeInference {
    fn default() -> Self {
        Self {
            model: ModelInfo {
                name: "fake".to_owned(),
                architecture: "Fake".to_owned(),
                model_root: ContentHash::sha256(b"fake model"),
                semantics_version: 1,
                context_tokens: 128,
                vocab_size: 256,
                parameter_count: 0,
            },
            adapter: AdapterReport {
                name: "fake".to_owned(),
                api: "CPU".to_owned(),
                driver: "none".to_owned(),
                is_software: true,
            },
            executions: AtomicU32::new(0),
            is_open: Mutex::new(true),
            opened: Condvar::new(),
        }
    }
}

impl FakeInference {
    /// Number of calls of `generate` so far.
    pub fn executions(&self) -> u32 {
        self.executions.load(Ordering::SeqCst)
    }

    /// Makes every generation wait before its second token until [`Self::open`].
    pub fn close(&self) {
        *self.is_open.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Lets waiting generations go on.
    pub fn open(&self) {
        *self.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }

    fn wait_until_open(&self) {
        let mut is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_open {
            is_open = self.opened.wait(is_open).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn check(&self, request: &GenerateRequest, prompt_tokens: u32) -> Result<(), EngineError> {
        let limit = self.model.context_tokens;
        if prompt_tokens >= limit {
            return Err(EngineError::PromptTooLong { tokens: prompt_tokens, limit: limit - 1 });
        }
        if request.prompt.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        Ok(())
    }
}

impl InferencePort for FakeInference {
    fn model(&self) -> &ModelInfo {
        &self.model
    }

    fn adapter(&self) -> &AdapterReport {
        &self.adapter
    }

    fn backend(&self) -> BackendKind {
        BackendKind::Cpu
    }

    fn generate(
        &self,
        request: &GenerateRequest,
        on_token: OnToken<'_>,
    ) -> Result<Generation, EngineError> {
        self.executions.fetch_add(1, Ordering::SeqCst);
        assert!(request.prompt != PANIC_PROMPT, "asked to panic");
        let prompt_token_ids: Vec<u32> =
            request.prompt.split(' ').map(|word| word.len() as u32).collect();
        self.check(request, prompt_token_ids.len() as u32)?;
        let mut generation = Generation {
            prompt_token_ids,
            output_token_ids: Vec::new(),
            text: String::new(),
            finish_reason: FinishReason::Length,
        };
        for (index, word) in (0..request.max_new_tokens).zip(request.prompt.split(' ').cycle()) {
            if index > 0 {
                self.wait_until_open();
            }
            let event = TokenEvent { index, token_id: word.len() as u32, text: format!(" {word}") };
            generation.output_token_ids.push(event.token_id);
            generation.text.push_str(&event.text);
            if on_token(&event).is_break() {
                generation.finish_reason = FinishReason::Cancelled;
                break;
            }
        }
        Ok(generation)
    }
}

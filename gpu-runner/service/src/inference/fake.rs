//! An engine without a model: repeats the prompt's words, for tests of everything around it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use stoa_engine::{
    AdapterReport, BackendKind, EngineError, FinishReason, ModelInfo, SequenceRequest, Step,
    TokenEvent,
};
use stoa_primitives::ContentHash;

use super::{InferencePort, Running};

/// Prompt on which the fake engine panics.
const PANIC_PROMPT: &str = "!panic";

/// Answers with the prompt's words; counts executions; waits at a gate that a test opens.
pub struct FakeInference {
    model: ModelInfo,
    adapter: AdapterReport,
    executions: AtomicU32,
    /// Words by id. The id of a word is its length while that is free.
    words: Mutex<BTreeMap<u32, String>>,
    gate: Arc<Gate>,
}

struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn wait_until_open(&self) {
        let mut is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_open {
            is_open = self.opened.wait(is_open).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Default for FakeInference {
    fn default() -> Self {
        Self::named("fake")
    }
}

impl FakeInference {
    /// A fake model with a name and, by it, a root of its own.
    pub fn named(name: &str) -> Self {
        Self {
            model: ModelInfo {
                name: name.to_owned(),
                architecture: "Fake".to_owned(),
                model_root: ContentHash::sha256(format!("{name} model").as_bytes()),
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
            words: Mutex::default(),
            gate: Arc::new(Gate { is_open: Mutex::new(true), opened: Condvar::new() }),
        }
    }

    /// Number of answers that were begun so far.
    pub fn executions(&self) -> u32 {
        self.executions.load(Ordering::SeqCst)
    }

    /// Makes every answer wait before its second token until [`Self::open`].
    pub fn close(&self) {
        *self.gate.is_open.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Lets waiting answers go on.
    pub fn open(&self) {
        *self.gate.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.gate.opened.notify_all();
    }

    fn id_of(&self, word: &str) -> u32 {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let mut id = word.len() as u32;
        while words.get(&id).is_some_and(|known| known != word) {
            id += 1;
        }
        words.insert(id, word.to_owned());
        id
    }

    fn word(&self, id: u32) -> String {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        words.get(&id).cloned().unwrap_or_default()
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

    fn runs_side_by_side(&self) -> bool {
        true
    }

    fn encode(&self, text: &str, _brings_start_token: bool) -> Result<Vec<u32>, EngineError> {
        if text.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        Ok(text.split(' ').map(|word| self.id_of(word)).collect())
    }

    fn token_text(&self, token_id: u32) -> Result<String, EngineError> {
        Ok(format!(" {}", self.word(token_id)))
    }

    fn begin(&self, request: SequenceRequest) -> Result<Box<dyn Running>, EngineError> {
        self.executions.fetch_add(1, Ordering::SeqCst);
        let (tokens, limit) = (request.prompt_token_ids.len() as u32, self.model.context_tokens);
        if tokens >= limit {
            return Err(EngineError::PromptTooLong { tokens, limit: limit - 1 });
        }
        let words: Vec<_> = request.prompt_token_ids.iter().map(|id| self.word(*id)).collect();
        assert!(words != [PANIC_PROMPT], "asked to panic");
        let gate = Arc::clone(&self.gate);
        Ok(Box::new(FakeAnswer { request, words, produced: 0, logits: Vec::new(), gate }))
    }
}

struct FakeAnswer {
    request: SequenceRequest,
    words: Vec<String>,
    produced: u32,
    logits: Vec<i32>,
    gate: Arc<Gate>,
}

impl Running for FakeAnswer {
    fn prompt_token_ids(&self) -> &[u32] {
        &self.request.prompt_token_ids
    }

    fn last_logits(&self) -> &[i32] {
        &self.logits
    }

    fn advance(&mut self) -> Result<Step, EngineError> {
        if self.produced > 0 {
            self.gate.wait_until_open();
        }
        let index = self.produced;
        let at = index as usize % self.words.len().max(1);
        let token_id = self.request.prompt_token_ids[at];
        self.logits = (0..256).map(|id| if id == token_id { 1 << 20 } else { 0 }).collect();
        self.produced += 1;
        let is_last = self.produced >= self.request.max_new_tokens;
        let event = TokenEvent { index, token_id, text: format!(" {}", self.words[at]) };
        Ok(Step::Token(event, is_last.then_some(FinishReason::Length)))
    }
}

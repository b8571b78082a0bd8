//! An engine without a model: repeats the prompt's words, for tests of everything around it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use stoa_engine::{
    AdapterReport, AnswerId, BackendKind, BatchEvent, BatchLimits, BatchStep, Begun, CacheUsage,
    EngineError, FinishReason, ModelInfo, OnEvent, SequenceRequest, TokenEvent,
};
use stoa_primitives::ContentHash;

use super::{AnswerBatch, InferencePort};

/// Prompt on which the fake engine panics.
const PANIC_PROMPT: &str = "!panic";
/// What the fake engine claims to need for a position: a mebibyte holds 16.
const POSITION_BYTES: u64 = 1 << 16;

/// Answers with the prompt's words; counts executions; waits at a gate that a test opens.
pub struct FakeInference {
    model: ModelInfo,
    adapter: AdapterReport,
    words: Arc<Words>,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Words {
    executions: AtomicU32,
    /// Words by id. The id of a word is its length while that is free.
    by_id: Mutex<BTreeMap<u32, String>>,
}

impl Words {
    fn id_of(&self, word: &str) -> u32 {
        let mut words = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        let mut id = word.len() as u32;
        while words.get(&id).is_some_and(|known| known != word) {
            id += 1;
        }
        words.insert(id, word.to_owned());
        id
    }

    fn word(&self, id: u32) -> String {
        let words = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        words.get(&id).cloned().unwrap_or_default()
    }
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
            words: Arc::default(),
            gate: Arc::new(Gate { is_open: Mutex::new(true), opened: Condvar::new() }),
        }
    }

    /// Number of answers that were begun so far.
    pub fn executions(&self) -> u32 {
        self.words.executions.load(Ordering::SeqCst)
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

    fn encode(&self, text: &str, _brings_start_token: bool) -> Result<Vec<u32>, EngineError> {
        if text.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        Ok(text.split(' ').map(|word| self.words.id_of(word)).collect())
    }

    fn token_text(&self, token_id: u32) -> Result<String, EngineError> {
        Ok(format!(" {}", self.words.word(token_id)))
    }

    fn batch(&self, limits: BatchLimits) -> Result<Box<dyn AnswerBatch>, EngineError> {
        Ok(Box::new(FakeBatch {
            limits,
            context: self.model.context_tokens,
            words: Arc::clone(&self.words),
            gate: Arc::clone(&self.gate),
            answers: Vec::new(),
            next_id: 0,
        }))
    }
}

struct FakeBatch {
    limits: BatchLimits,
    context: u32,
    words: Arc<Words>,
    gate: Arc<Gate>,
    answers: Vec<FakeAnswer>,
    next_id: u64,
}

struct FakeAnswer {
    id: AnswerId,
    request: SequenceRequest,
    produced: u32,
}

impl FakeAnswer {
    fn next(&mut self, words: &Words) -> (TokenEvent, Option<FinishReason>) {
        let (index, ids) = (self.produced, &self.request.prompt_token_ids);
        let token_id = ids[index as usize % ids.len().max(1)];
        self.produced += 1;
        let is_last = self.produced >= self.request.max_new_tokens;
        let text = format!(" {}", words.word(token_id));
        (TokenEvent { index, token_id, text }, is_last.then_some(FinishReason::Length))
    }
}

impl AnswerBatch for FakeBatch {
    fn limit(&self) -> u32 {
        self.limits.answers
    }

    fn usage(&self) -> CacheUsage {
        let used = self.answers.iter().map(|answer| u64::from(answer.request.positions())).sum();
        CacheUsage {
            position_bytes: POSITION_BYTES,
            limit_positions: self.limits.cache_bytes / POSITION_BYTES,
            used_positions: used,
            running_positions: used,
        }
    }

    fn has_room(&self, request: &SequenceRequest, _scope: &str) -> bool {
        let usage = self.usage();
        let needed = usage.used_positions + u64::from(request.positions());
        self.answers.len() < self.limits.answers as usize && needed <= usage.limit_positions
    }

    fn begin(
        &mut self,
        request: &SequenceRequest,
        scope: &str,
    ) -> Result<Option<Begun>, EngineError> {
        let (tokens, limit) = (request.prompt_token_ids.len() as u32, self.context);
        if tokens >= limit {
            return Err(EngineError::PromptTooLong { tokens, limit: limit - 1 });
        }
        if !self.has_room(request, scope) {
            return Ok(None);
        }
        self.words.executions.fetch_add(1, Ordering::SeqCst);
        let first = request.prompt_token_ids.first().map(|id| self.words.word(*id));
        assert!(first.as_deref() != Some(PANIC_PROMPT), "asked to panic");
        let id = AnswerId(self.next_id);
        self.next_id += 1;
        self.answers.push(FakeAnswer { id, request: request.clone(), produced: 0 });
        Ok(Some(Begun { id, reused_tokens: 0 }))
    }

    fn end(&mut self, id: AnswerId) {
        self.answers.retain(|answer| answer.id != id);
    }

    fn step(&mut self, on_event: &mut OnEvent<'_>) -> BatchStep {
        let mut done = BatchStep::default();
        for answer in &mut self.answers {
            if answer.produced > 0 {
                self.gate.wait_until_open();
            } else {
                done.prompt_tokens += answer.request.prompt_token_ids.len() as u32;
            }
            let (event, finished) = answer.next(&self.words);
            let chosen = event.token_id;
            let logits: Vec<i32> =
                (0..256).map(|id| if id == chosen { 1 << 20 } else { 0 }).collect();
            on_event(answer.id, BatchEvent::Token { event, finished, logits: &logits });
            done.answers += 1;
        }
        done.tokens = done.answers + done.prompt_tokens;
        self.answers.retain(|answer| answer.produced < answer.request.max_new_tokens);
        done
    }
}

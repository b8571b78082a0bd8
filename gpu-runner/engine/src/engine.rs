//! The loaded model behind one lock: `load`, `inspect`, `generate`, `logits`.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use stoa_exact::{Choice, SEMANTICS_VERSION};
use stoa_simd::Isa;

use crate::{
    AdapterReport, BackendKind, EngineError, FinishReason, GenerateRequest, Generation, ModelInfo,
    Sampler, TokenEvent,
    cpu::CpuExecutor,
    executor::Executor,
    folder::{
        config::ModelConfig,
        text::{MAX_PROMPT_BYTES, Text},
        weights::WeightFiles,
    },
    gpu::GpuExecutor,
    integer::{model::IntegerModel, root::model_root},
};

/// A model on a back end. `Send + Sync`: calls wait for one another.
pub struct Engine {
    model: ModelInfo,
    adapter: AdapterReport,
    config: ModelConfig,
    dir: PathBuf,
    text: Option<Text>,
    executor: Mutex<Box<dyn Executor>>,
}

/// A folder read, quantised and named by its root.
struct Loaded {
    info: ModelInfo,
    integers: Arc<IntegerModel>,
    text: Option<Text>,
}

impl Engine {
    /// Loads and quantises the folder and prepares the back end.
    pub fn load(dir: &Path, backend: BackendKind) -> Result<Engine, EngineError> {
        let Loaded { info, integers, text } = read(dir)?;
        let config = integers.config.clone();
        let (adapter, executor): (AdapterReport, Box<dyn Executor>) = match backend {
            BackendKind::Cpu => (cpu_report(), Box::new(CpuExecutor::new(integers))),
            BackendKind::Gpu => {
                let executor = GpuExecutor::new(&integers)?;
                (executor.report(), Box::new(executor))
            }
        };
        tracing::info!(
            model = info.name,
            model_root = %info.model_root,
            adapter = adapter.name,
            api = adapter.api,
            is_software = adapter.is_software,
            "model loaded"
        );
        let executor = Mutex::new(executor);
        Ok(Engine { model: info, adapter, config, dir: dir.to_owned(), text, executor })
    }

    /// Reads the folder and says what it holds; needs no adapter.
    pub fn inspect(dir: &Path) -> Result<ModelInfo, EngineError> {
        read(dir).map(|loaded| loaded.info)
    }

    /// Identity and size of the model.
    pub fn model(&self) -> &ModelInfo {
        &self.model
    }

    /// What the engine sees of its adapter.
    pub fn adapter(&self) -> &AdapterReport {
        &self.adapter
    }

    /// Answers a prompt, one event a token; `Break` from `on_token` ends it as `Cancelled`.
    pub fn generate(
        &self,
        request: &GenerateRequest,
        on_token: &mut dyn FnMut(&TokenEvent) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        let text = self
            .text
            .as_ref()
            .ok_or_else(|| EngineError::NoTokenizer { path: self.dir.join("tokenizer.json") })?;
        let prompt = self.check(text, request)?;
        let mut decoder = text.decoder();
        let mut executor = self.executor();
        let mut answer = Generation {
            prompt_token_ids: prompt,
            output_token_ids: Vec::new(),
            text: String::new(),
            finish_reason: FinishReason::Length,
        };
        let Some((last, before)) = answer.prompt_token_ids.split_last() else {
            return Err(EngineError::EmptyPrompt);
        };
        executor.run(0, before, false)?;
        let mut position = before.len() as u32;
        let mut next = *last;
        for index in 0..request.max_new_tokens {
            let logits = executor.run(position, &[next], true)?;
            position += 1;
            next = draw(&logits, request.sampler, position);
            answer.output_token_ids.push(next);
            let stop = self.config.eos.contains(&next);
            let delta = if stop { String::new() } else { decoder.push(next)? };
            answer.text.push_str(&delta);
            let flow = on_token(&TokenEvent { index, token_id: next, text: delta });
            if stop {
                answer.finish_reason = FinishReason::Stop;
                break;
            }
            if flow.is_break() {
                answer.finish_reason = FinishReason::Cancelled;
                break;
            }
        }
        Ok(answer)
    }

    /// Integer logits (Q14.16) after every position of `token_ids`.
    pub fn logits(&self, token_ids: &[u32]) -> Result<Vec<Vec<i32>>, EngineError> {
        self.check_ids(token_ids, self.config.context)?;
        self.executor().run(0, token_ids, true)
    }

    /// Like [`Engine::logits`], one position a pass: the way of decoding. The bits are the same.
    pub fn logits_stepwise(&self, token_ids: &[u32]) -> Result<Vec<Vec<i32>>, EngineError> {
        self.check_ids(token_ids, self.config.context)?;
        let mut executor = self.executor();
        let mut rows = Vec::new();
        for (position, id) in (0u32..).zip(token_ids) {
            rows.extend(executor.run(position, &[*id], true)?);
        }
        Ok(rows)
    }

    fn check(&self, text: &Text, request: &GenerateRequest) -> Result<Vec<u32>, EngineError> {
        let limit = self.config.context - 1;
        if request.prompt.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        if request.max_new_tokens == 0 {
            return Err(EngineError::NoNewTokens);
        }
        if request.prompt.len() > MAX_PROMPT_BYTES {
            return Err(EngineError::PromptTooManyBytes {
                bytes: request.prompt.len(),
                limit: MAX_PROMPT_BYTES,
            });
        }
        let ids = text.encode(&request.prompt)?;
        self.check_ids(&ids, limit)?;
        let prompt_tokens = ids.len() as u32;
        let limit = self.config.context - prompt_tokens;
        if request.max_new_tokens > limit {
            let requested = request.max_new_tokens;
            return Err(EngineError::TooManyNewTokens { requested, prompt_tokens, limit });
        }
        Ok(ids)
    }

    fn check_ids(&self, ids: &[u32], limit: u32) -> Result<(), EngineError> {
        if ids.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        if ids.len() > limit as usize {
            return Err(EngineError::PromptTooLong { tokens: ids.len() as u32, limit });
        }
        let vocab_size = self.config.vocab;
        match ids.iter().find(|id| **id >= vocab_size) {
            Some(token_id) => Err(EngineError::UnknownToken { token_id: *token_id, vocab_size }),
            None => Ok(()),
        }
    }

    fn executor(&self) -> MutexGuard<'_, Box<dyn Executor>> {
        // A panic elsewhere leaves only cache content behind, which every call overwrites before reading.
        self.executor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(dir: &Path) -> Result<Loaded, EngineError> {
    let config = ModelConfig::read(dir)?;
    let text = Text::read(dir, &config)?;
    let files = WeightFiles::read(dir)?;
    let integers = IntegerModel::build(config, &files.parse()?)?;
    let name = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let info = ModelInfo {
        name: name.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        architecture: "LlamaForCausalLM".to_owned(),
        model_root: model_root(&integers, text.as_ref().map(Text::hash)),
        semantics_version: SEMANTICS_VERSION,
        context_tokens: integers.config.context,
        vocab_size: integers.config.vocab,
        parameter_count: integers.parameter_count(),
    };
    Ok(Loaded { info, integers: Arc::new(integers), text })
}

/// Token `position` of the sequence from the logits before it.
fn draw(logits: &[Vec<i32>], sampler: Sampler, position: u32) -> u32 {
    let Sampler { temperature_milli, top_k, seed } = sampler;
    let choice = Choice { temperature_milli, top_k, top_p_milli: 0, seed, position };
    // The vocabulary has at least one id, so there always is a row with an element.
    logits.last().and_then(|row| stoa_exact::sample(row, choice)).unwrap_or_default()
}

fn cpu_report() -> AdapterReport {
    AdapterReport {
        name: "CPU twin".to_owned(),
        api: "CPU".to_owned(),
        driver: format!("stoa-simd {} {}", std::env::consts::ARCH, Isa::best().name()),
        is_software: true,
    }
}

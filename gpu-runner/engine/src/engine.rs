//! The loaded model: `load`, `inspect`, `generate`, `logits`.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use stoa_exact::SEMANTICS_VERSION;
use stoa_simd::Isa;

use crate::{
    AdapterReport, BackendKind, EngineError, FinishReason, GenerateRequest, Generation, ModelInfo,
    SequenceRequest, Step, TokenEvent,
    cpu::CpuExecutor,
    folder::{
        config::ModelConfig,
        text::{MAX_PROMPT_BYTES, Text},
        weights::WeightFiles,
    },
    gpu::GpuExecutor,
    integer::{model::IntegerModel, root::model_root},
    pool::Pool,
    quality::{QualityReport, quality},
    reference::FloatModel,
    sequence::Sequence,
};

/// A model on a back end. `Send + Sync`: on a graphics adapter calls wait for one another.
pub struct Engine {
    model: ModelInfo,
    adapter: AdapterReport,
    config: ModelConfig,
    dir: PathBuf,
    text: Option<Arc<Text>>,
    executors: Arc<Pool>,
}

/// A folder read, quantised and named by its root.
pub(crate) struct Loaded {
    pub(crate) info: ModelInfo,
    pub(crate) integers: Arc<IntegerModel>,
    pub(crate) text: Option<Arc<Text>>,
}

impl Engine {
    /// Loads and quantises the folder and prepares the back end.
    pub fn load(dir: &Path, backend: BackendKind) -> Result<Engine, EngineError> {
        let Loaded { info, integers, text } = read(dir)?;
        let config = integers.config.clone();
        let (adapter, executors) = match backend {
            BackendKind::Cpu => {
                let make = move || Box::new(CpuExecutor::new(Arc::clone(&integers))) as Box<_>;
                (cpu_report(), Pool::of_many(Box::new(make)))
            }
            BackendKind::Gpu => {
                let executor = GpuExecutor::new(&integers)?;
                (executor.report(), Pool::of_one(Box::new(executor)))
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
        Ok(Engine { model: info, adapter, config, dir: dir.to_owned(), text, executors })
    }

    /// Reads the folder and says what it holds; needs no adapter.
    pub fn inspect(dir: &Path) -> Result<ModelInfo, EngineError> {
        read(dir).map(|loaded| loaded.info)
    }

    /// What the integers of a folder cost on a text, layer by layer, beside its weights in f32.
    pub fn quality(dir: &Path, text: &str) -> Result<QualityReport, EngineError> {
        let Loaded { integers, text: tokens, .. } = read(dir)?;
        let missing = || EngineError::NoTokenizer { path: dir.join("tokenizer.json") };
        let mut ids = tokens.ok_or_else(missing)?.encode(text)?;
        ids.truncate(integers.config.context as usize);
        quality(&integers, &FloatModel::load(dir)?, &ids)
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
        let mut sequence = self.begin(self.check(request)?)?;
        let mut answer = Generation {
            prompt_token_ids: sequence.prompt_token_ids().to_vec(),
            output_token_ids: Vec::new(),
            text: String::new(),
            finish_reason: FinishReason::Length,
        };
        loop {
            let Step::Token(event, finished) = sequence.advance()? else { continue };
            answer.output_token_ids.push(event.token_id);
            answer.text.push_str(&event.text);
            let flow = on_token(&event);
            if let Some(reason) = finished {
                answer.finish_reason = reason;
                return Ok(answer);
            }
            if flow.is_break() {
                answer.finish_reason = FinishReason::Cancelled;
                return Ok(answer);
            }
        }
    }

    /// Begins an answer that the caller advances step by step, beside others.
    ///
    /// Every sequence has a cache of its own; on a graphics adapter there is one, and this waits for it.
    pub fn begin(&self, request: SequenceRequest) -> Result<Sequence, EngineError> {
        let text = self.tokenizer()?;
        self.check_sequence(&request)?;
        let stop = self.config.eos.clone();
        Ok(Sequence::new(request, self.executors.lease(), text.decoder(), stop))
    }

    /// Whether several sequences can be advanced side by side.
    pub fn runs_side_by_side(&self) -> bool {
        self.executors.is_shared()
    }

    /// Ids of a prompt, the start token in front.
    pub fn encode(&self, prompt: &str) -> Result<Vec<u32>, EngineError> {
        check_bytes(prompt)?;
        self.tokenizer()?.encode(prompt)
    }

    /// Ids of a text that brings its own start token, as chat templates write it.
    pub fn encode_plain(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        check_bytes(text)?;
        self.tokenizer()?.encode_plain(text)
    }

    /// The text of one id by itself; special tokens are named.
    pub fn token_text(&self, token_id: u32) -> Result<String, EngineError> {
        self.tokenizer()?.token(token_id)
    }

    /// Integer logits (Q14.16) after every position of `token_ids`.
    pub fn logits(&self, token_ids: &[u32]) -> Result<Vec<Vec<i32>>, EngineError> {
        self.check_ids(token_ids, self.config.context)?;
        self.executors.lease().run(0, token_ids, true)
    }

    /// Like [`Engine::logits`], one position a pass: the way of decoding. The bits are the same.
    pub fn logits_stepwise(&self, token_ids: &[u32]) -> Result<Vec<Vec<i32>>, EngineError> {
        self.check_ids(token_ids, self.config.context)?;
        let mut executor = self.executors.lease();
        let mut rows = Vec::new();
        for (position, id) in (0u32..).zip(token_ids) {
            rows.extend(executor.run(position, &[*id], true)?);
        }
        Ok(rows)
    }

    fn tokenizer(&self) -> Result<&Arc<Text>, EngineError> {
        let path = || self.dir.join("tokenizer.json");
        self.text.as_ref().ok_or_else(|| EngineError::NoTokenizer { path: path() })
    }

    fn check(&self, request: &GenerateRequest) -> Result<SequenceRequest, EngineError> {
        self.tokenizer()?;
        if request.prompt.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        let GenerateRequest { prompt, max_new_tokens, sampler } = request;
        check_new_tokens(*max_new_tokens)?;
        let prompt_token_ids = self.encode(prompt)?;
        Ok(SequenceRequest { prompt_token_ids, max_new_tokens: *max_new_tokens, sampler: *sampler })
    }

    fn check_sequence(&self, request: &SequenceRequest) -> Result<(), EngineError> {
        check_new_tokens(request.max_new_tokens)?;
        self.check_ids(&request.prompt_token_ids, self.config.context - 1)?;
        let prompt_tokens = request.prompt_token_ids.len() as u32;
        let limit = self.config.context - prompt_tokens;
        if request.max_new_tokens > limit {
            let requested = request.max_new_tokens;
            return Err(EngineError::TooManyNewTokens { requested, prompt_tokens, limit });
        }
        Ok(())
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
}

fn check_bytes(prompt: &str) -> Result<(), EngineError> {
    if prompt.len() > MAX_PROMPT_BYTES {
        let bytes = prompt.len();
        return Err(EngineError::PromptTooManyBytes { bytes, limit: MAX_PROMPT_BYTES });
    }
    Ok(())
}

fn check_new_tokens(max_new_tokens: u32) -> Result<(), EngineError> {
    if max_new_tokens == 0 {
        return Err(EngineError::NoNewTokens);
    }
    Ok(())
}

pub(crate) fn read(dir: &Path) -> Result<Loaded, EngineError> {
    let config = ModelConfig::read(dir)?;
    let text = Text::read(dir, &config)?.map(Arc::new);
    let files = WeightFiles::read(dir)?;
    let integers = IntegerModel::build(config, &files.parse()?)?;
    let name = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let info = ModelInfo {
        name: name.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        architecture: "LlamaForCausalLM".to_owned(),
        model_root: model_root(&integers, text.as_deref().map(Text::hash)),
        semantics_version: SEMANTICS_VERSION,
        context_tokens: integers.config.context,
        vocab_size: integers.config.vocab,
        parameter_count: integers.parameter_count(),
    };
    Ok(Loaded { info, integers: Arc::new(integers), text })
}

fn cpu_report() -> AdapterReport {
    AdapterReport {
        name: "CPU twin".to_owned(),
        api: "CPU".to_owned(),
        driver: format!("stoa-simd {} {}", std::env::consts::ARCH, Isa::best().name()),
        is_software: true,
    }
}

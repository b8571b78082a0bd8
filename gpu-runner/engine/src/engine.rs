//! The loaded model: `load`, `inspect`, `generate`, `logits`.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use stoa_exact::SEMANTICS_VERSION;
use stoa_simd::Isa;

use crate::{
    AdapterReport, BackendKind, Batch, BatchEvent, BatchLimits, CpuOptions, EngineError, Executor,
    FinishReason, GenerateRequest, Generation, MAX_SEQUENCES, ModelInfo, SequenceRequest,
    TokenEvent,
    batch::check_ids,
    cpu::CpuExecutor,
    folder::{
        ModelFiles,
        config::ModelConfig,
        text::{MAX_PROMPT_BYTES, Text},
    },
    gpu::GpuExecutor,
    integer::{model::IntegerModel, root::model_root},
    pool::Pool,
    quality::{QualityReport, quality},
    reference::FloatModel,
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

/// One answer by itself: as much memory as it needs, nothing kept.
const ALONE: BatchLimits =
    BatchLimits { answers: 1, cache_bytes: u64::MAX, step_tokens: u32::MAX, kept_texts: 0 };

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
                let make = move |sequences| {
                    let options = CpuOptions { sequences, ..CpuOptions::default() };
                    Box::new(CpuExecutor::with_options(Arc::clone(&integers), options)) as Box<_>
                };
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
        let request = self.check(request)?;
        let mut answer = Generation {
            prompt_token_ids: request.prompt_token_ids.clone(),
            output_token_ids: Vec::new(),
            text: String::new(),
            finish_reason: FinishReason::Length,
        };
        let executor = Box::new(self.executors.lease());
        let mut batch = Batch::new(executor, ALONE, self.text.clone(), self.config.eos.clone());
        let begun = batch.begin(&request, "")?;
        let begun = begun.ok_or(EngineError::InvalidStep { rule: "an answer alone has room" })?;
        let (mut is_over, mut failure) = (false, None);
        while !is_over {
            batch.step(&mut |_, event| match event {
                BatchEvent::Token { event, finished, .. } => {
                    answer.output_token_ids.push(event.token_id);
                    answer.text.push_str(&event.text);
                    let flow = on_token(&event);
                    is_over = finished.is_some() || flow.is_break();
                    if is_over {
                        answer.finish_reason = finished.unwrap_or(FinishReason::Cancelled);
                    }
                }
                BatchEvent::Failed(error) => (is_over, failure) = (true, Some(error)),
            });
        }
        batch.end(begun.id);
        failure.map_or(Ok(answer), Err)
    }

    /// A batch of answers of its own, for one thread that computes many side by side.
    ///
    /// On a graphics adapter there is one executor, and this waits until nobody else has it.
    pub fn batch(&self, limits: BatchLimits) -> Result<Batch, EngineError> {
        let text = Arc::clone(self.tokenizer()?);
        let sequences = limits.answers.saturating_add(limits.kept_texts).clamp(1, MAX_SEQUENCES);
        let executor = self.executors.wide(sequences);
        Ok(Batch::new(executor, limits, Some(text), self.config.eos.clone()))
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
        check_ids(token_ids, self.config.context, self.config.vocab)?;
        self.executors.lease().run(0, token_ids, true)
    }

    /// Like [`Engine::logits`], one position a pass: the way of decoding. The bits are the same.
    pub fn logits_stepwise(&self, token_ids: &[u32]) -> Result<Vec<Vec<i32>>, EngineError> {
        check_ids(token_ids, self.config.context, self.config.vocab)?;
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
        let prompt_token_ids = self.encode(prompt)?;
        Ok(SequenceRequest { prompt_token_ids, max_new_tokens: *max_new_tokens, sampler: *sampler })
    }
}

/// Refuses a text that no context could hold.
pub(crate) fn check_bytes(prompt: &str) -> Result<(), EngineError> {
    if prompt.len() > MAX_PROMPT_BYTES {
        let bytes = prompt.len();
        return Err(EngineError::PromptTooManyBytes { bytes, limit: MAX_PROMPT_BYTES });
    }
    Ok(())
}

/// Name of the folder, or of the file without its ending: the model's name.
pub(crate) fn folder_name(dir: &Path) -> String {
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let name = if whole.is_file() { whole.file_stem() } else { whole.file_name() };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn read(dir: &Path) -> Result<Loaded, EngineError> {
    let files = ModelFiles::open(dir)?;
    let config = files.config()?;
    let text = files.text(&config)?.map(Arc::new);
    let integers = files.integers(config)?;
    let info = ModelInfo {
        name: folder_name(dir),
        architecture: integers.config.architecture.to_owned(),
        // A package's is verified already.
        model_root: match files.package() {
            Some(package) => package.manifest().model_root,
            None => model_root(&integers, text.as_deref().map(Text::hash)),
        },
        semantics_version: SEMANTICS_VERSION,
        context_tokens: integers.config.context,
        vocab_size: integers.config.vocab,
        parameter_count: integers.parameter_count(),
    };
    Ok(Loaded { info, integers: Arc::new(integers), text })
}

/// What the CPU back end says of itself.
pub(crate) fn cpu_report() -> AdapterReport {
    AdapterReport {
        name: "CPU twin".to_owned(),
        api: "CPU".to_owned(),
        driver: format!("stoa-simd {} {}", std::env::consts::ARCH, Isa::best().name()),
        is_software: true,
    }
}

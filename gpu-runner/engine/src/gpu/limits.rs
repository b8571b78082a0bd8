//! What of a model fits the adapter: tokens of a step, pages of the cache.

use std::path::PathBuf;

use stoa_kernels::{Gpu, MAX_STEP_TOKENS};

use crate::{EngineError, folder::config::ModelConfig, pages::PAGE_POSITIONS};

/// Bytes of keys and values, unless the options say otherwise.
pub const DEFAULT_CACHE_BYTES: u64 = 1 << 30;
/// Sequences, unless the options say otherwise.
pub const DEFAULT_SEQUENCES: u32 = 16;
/// Storage buffers that the largest kernel binds.
const STORAGE_BUFFERS: u32 = 9;

/// How the GPU back end runs; nothing here changes a bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuOptions {
    /// Sequences with keys and values of their own.
    pub sequences: u32,
    /// The most bytes of keys and values of all sequences together; at least one sequence has room.
    pub cache_bytes: u64,
    /// Where compiled pipelines and the measured choice of variants are kept for the next start; `None` keeps nothing
    /// and takes the choice that is built in.
    pub kept_dir: Option<PathBuf>,
}

impl Default for GpuOptions {
    /// [`DEFAULT_SEQUENCES`] and [`DEFAULT_CACHE_BYTES`]; kept is what `STOA_GPU_DIR` names a directory for.
    fn default() -> Self {
        Self {
            sequences: DEFAULT_SEQUENCES,
            cache_bytes: DEFAULT_CACHE_BYTES,
            kept_dir: std::env::var_os("STOA_GPU_DIR").map(PathBuf::from),
        }
    }
}

/// Sizes that are fixed when the model is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Sequences.
    pub sequences: u32,
    /// Most tokens of a step.
    pub step_tokens: u32,
    /// Pages of the cache.
    pub pages: u32,
    /// Pages of a whole context.
    pub context_pages: u32,
}

impl Sizes {
    /// The most page numbers of one step.
    pub fn listed_pages(self) -> u64 {
        u64::from(self.sequences.min(self.step_tokens)) * u64::from(self.context_pages)
    }
}

/// The largest sizes that fit; refuses an adapter that has no room for one sequence.
pub fn sizes(gpu: &Gpu, config: &ModelConfig, options: &GpuOptions) -> Result<Sizes, EngineError> {
    let refuse = |limit_name, available, required| {
        let adapter = gpu.description().name.clone();
        Err(EngineError::AdapterLimit { adapter, limit_name, available, required })
    };
    let buffers = gpu.limits.max_storage_buffers_per_shader_stage;
    if buffers < STORAGE_BUFFERS {
        let (available, required) = (buffers.into(), STORAGE_BUFFERS.into());
        return refuse("max_storage_buffers_per_shader_stage", available, required);
    }
    let binding = gpu.limits.max_storage_buffer_binding_size;
    let (head, context) = (u64::from(config.head), u64::from(config.context));
    let row = [
        u64::from(config.heads) * context,
        config.vocab.into(),
        config.inner.into(),
        config.projected_width().into(),
        config.hidden.into(),
    ];
    let row_bytes = 4 * row.into_iter().max().unwrap_or_default();
    let page_bytes = u64::from(config.groups * PAGE_POSITIONS) * (head + 4);
    let context_pages = config.context.div_ceil(PAGE_POSITIONS);
    let required = row_bytes
        .max(context * head * 4)
        .max(page_bytes * u64::from(context_pages))
        .max(u64::from(config.hidden.max(config.inner).max(config.query_width())) * 2);
    if required > binding {
        return refuse("max_storage_buffer_binding_size", binding, required);
    }
    let context_pages = u64::from(context_pages);
    let most_pages = binding / page_bytes;
    // Beside a whole context every sequence may leave a part of its last page unused.
    let sequences = u64::from(options.sequences.max(1)).min(most_pages - context_pages + 1);
    let affordable = options.cache_bytes / (2 * u64::from(config.layers) * page_bytes);
    let least = context_pages + sequences - 1;
    let pages = affordable.clamp(least, (sequences * context_pages).max(least)).min(most_pages);
    Ok(Sizes {
        sequences: sequences as u32,
        step_tokens: (binding / row_bytes).min(MAX_STEP_TOKENS as u64) as u32,
        pages: pages as u32,
        context_pages: context_pages as u32,
    })
}

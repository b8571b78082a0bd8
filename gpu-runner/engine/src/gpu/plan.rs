//! The static order of dispatches: buffers and bind groups made once, ten dispatches a layer.

use stoa_kernels::{Gpu, MAX_STEP_TOKENS, tables};

use super::{
    kernels::{Kernels, Pick, cache_shape},
    matrix::{GpuShard, upload},
};
use crate::{
    EngineError,
    folder::config::ModelConfig,
    integer::model::{IntegerModel, Layer},
};

/// Most tokens of one submission.
pub const CHUNK_TOKENS: u32 = 16;
const _: () = assert!(CHUNK_TOKENS as usize <= MAX_STEP_TOKENS);

/// One dispatch: `[x, tokens]` workgroups of a kernel on a bind group.
pub struct Dispatch {
    kernel: Pick,
    group: wgpu::BindGroup,
    x: u32,
}

impl Dispatch {
    /// Records the dispatch for a number of tokens.
    pub fn record(&self, kernels: &Kernels, pass: &mut wgpu::ComputePass<'_>, tokens: u32) {
        (self.kernel)(kernels).dispatch(pass, &self.group, [self.x, tokens]);
    }
}

/// Everything a step needs.
pub struct Plan {
    /// Pipelines.
    pub kernels: Kernels,
    /// Position and ids of the step.
    pub step: wgpu::Buffer,
    /// `[tokens][vocab]` logits.
    pub logits: wgpu::Buffer,
    /// Where logits are read.
    pub staging: wgpu::Buffer,
    /// Embedding and layers.
    pub body: Vec<Dispatch>,
    /// Last norm and output matrix.
    pub head: Vec<Dispatch>,
}

impl Plan {
    /// Compiles, allocates and uploads; refuses an adapter whose limits are too small.
    pub fn new(gpu: &Gpu, model: &IntegerModel) -> Result<Self, EngineError> {
        check_limits(gpu, &model.config)?;
        let kernels = Kernels::new(gpu, model);
        let arena = Arena::new(gpu, model);
        let builder = || Builder { gpu, kernels: &kernels, arena: &arena, dispatches: Vec::new() };
        let mut body = builder();
        body.embedding(model);
        for layer in &model.layers {
            body.layer(model, layer);
        }
        let mut head = builder();
        head.norm(&model.final_norm);
        let output = upload(gpu, "head", model.head(), model.config.vocab);
        head.product(|k| &k.from_hidden, [&arena.hidden_codes, &arena.logits], &output);
        let (body, head) = (body.dispatches, head.dispatches);
        let staging = gpu.staging(u64::from(CHUNK_TOKENS) * u64::from(model.config.vocab));
        Ok(Self { kernels, step: arena.step, logits: arena.logits, staging, body, head })
    }
}

fn check_limits(gpu: &Gpu, config: &ModelConfig) -> Result<(), EngineError> {
    let chunk = u64::from(CHUNK_TOKENS) * 4;
    let cache_row = u64::from(config.head / 4 + 1) * 4;
    let required = [
        chunk * u64::from(config.heads) * u64::from(config.context),
        u64::from(config.groups) * u64::from(config.context) * cache_row,
        u64::from(config.context) * u64::from(config.head) * 4,
        chunk * u64::from(config.vocab),
        chunk * 2 * u64::from(config.inner),
    ];
    let available = gpu.limits.max_storage_buffer_binding_size;
    match required.into_iter().max().filter(|largest| *largest > available) {
        None => Ok(()),
        Some(required) => Err(EngineError::AdapterLimit {
            adapter: gpu.description().name.clone(),
            limit_name: "max_storage_buffer_binding_size",
            available,
            required,
        }),
    }
}

/// Activations and tables, shared by all layers.
struct Arena {
    step: wgpu::Buffer,
    tables: wgpu::Buffer,
    rope: wgpu::Buffer,
    residual: wgpu::Buffer,
    hidden_codes: wgpu::Buffer,
    projected: wgpu::Buffer,
    queries: wgpu::Buffer,
    scratch: wgpu::Buffer,
    mixed: wgpu::Buffer,
    query_codes: wgpu::Buffer,
    gate_up: wgpu::Buffer,
    inner_codes: wgpu::Buffer,
    logits: wgpu::Buffer,
}

impl Arena {
    fn new(gpu: &Gpu, model: &IntegerModel) -> Self {
        let config = &model.config;
        let rows = |name: &str, width: u64| gpu.scratch(name, u64::from(CHUNK_TOKENS) * width);
        let fixed = |name: &str, width: u32| rows(name, width.into());
        let codes = |name: &str, width: u32| rows(name, u64::from(width / 4 + 4));
        let scores = u64::from(config.heads) * u64::from(config.context);
        Self {
            step: gpu.scratch("step", 4 + MAX_STEP_TOKENS as u64),
            tables: gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
            rope: gpu.upload("rope", bytemuck::cast_slice(&model.rotaries[0].entries)),
            residual: fixed("residual", config.hidden),
            hidden_codes: codes("hidden codes", config.hidden),
            projected: fixed("projected", config.projected_width()),
            queries: fixed("queries", config.heads * (config.head / 4 + 1)),
            scratch: rows("scratch", scores),
            mixed: fixed("mixed", config.query_width()),
            query_codes: codes("query codes", config.query_width()),
            gate_up: fixed("gate and up", 2 * config.inner),
            inner_codes: codes("inner codes", config.inner),
            logits: fixed("logits", config.vocab),
        }
    }
}

/// Appends dispatches in order.
struct Builder<'a> {
    gpu: &'a Gpu,
    kernels: &'a Kernels,
    arena: &'a Arena,
    dispatches: Vec<Dispatch>,
}

impl Builder<'_> {
    fn push(&mut self, kernel: Pick, x: u32, buffers: &[&wgpu::Buffer]) {
        let group = kernel(self.kernels).bind(self.gpu, buffers);
        self.dispatches.push(Dispatch { kernel, group, x });
    }

    fn norm(&mut self, weights: &[i32]) {
        let weights = self.gpu.upload("norm", bytemuck::cast_slice(weights));
        let a = self.arena;
        self.push(|k| &k.rms_norm, 1, &[&a.residual, &weights, &a.tables, &a.hidden_codes]);
    }

    /// `[input, output]` of a product.
    fn product(&mut self, kernel: Pick, [input, output]: [&wgpu::Buffer; 2], shards: &[GpuShard]) {
        for s in shards {
            let [x, _] = s.shard.workgroups(1);
            self.push(kernel, x, &[input, &s.weights, &s.scales, output, &s.uniform]);
        }
    }

    fn embedding(&mut self, model: &IntegerModel) {
        let a = self.arena;
        for s in upload(self.gpu, "embedding", &model.embedding, model.config.hidden) {
            let buffers = [&a.step, &s.weights, &s.scales, &a.residual, &s.uniform];
            self.push(|k| &k.embed, 1, &buffers);
        }
    }

    fn layer(&mut self, model: &IntegerModel, layer: &Layer) {
        let (gpu, a, config) = (self.gpu, self.arena, &model.config);
        let shape = cache_shape(model);
        let keys = gpu.scratch("keys", shape.cache_words());
        let values = gpu.scratch("values", shape.cache_words());
        let projection = upload(gpu, "projection", &layer.projection, config.projected_width());
        let output = upload(gpu, "output", &layer.output, config.hidden);
        let gate_up = upload(gpu, "gate and up", &layer.gate_up, 2 * config.inner);
        let down = upload(gpu, "down", &layer.down, config.hidden);

        self.norm(&layer.attention_norm);
        self.product(|k| &k.from_hidden, [&a.hidden_codes, &a.projected], &projection);
        let [slots, _] = shape.workgroups(1);
        let buffers = [&a.step, &a.projected, &a.rope, &a.queries, &keys, &values];
        self.push(|k| &k.rope_cache, slots, &buffers);
        let buffers = [&a.step, &a.queries, &keys, &values, &a.tables, &a.scratch, &a.mixed];
        self.push(|k| &k.attention, shape.heads, &buffers);
        self.push(|k| &k.quantise, 1, &[&a.mixed, &a.query_codes]);
        self.product(|k| &k.from_queries, [&a.query_codes, &a.residual], &output);
        self.norm(&layer.feed_norm);
        self.product(|k| &k.from_hidden, [&a.hidden_codes, &a.gate_up], &gate_up);
        self.push(|k| &k.swiglu, 1, &[&a.gate_up, &a.tables, &a.inner_codes]);
        self.product(|k| &k.from_inner, [&a.inner_codes, &a.residual], &down);
    }
}

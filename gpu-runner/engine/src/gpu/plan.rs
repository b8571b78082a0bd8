//! The static order of dispatches: buffers and bind groups made once for every way of computing products.

use stoa_kernels::{
    Gpu, Kernel, MAX_STEP_TOKENS, matmul,
    matmul::{Rows, TILES},
    matvec,
};

use super::{
    arena::Arena,
    kernels::{Kernels, Product},
    limits::Sizes,
    matrix::GpuShard,
    weights::{GpuLayer, Weights},
};
use crate::{
    integer::model::IntegerModel,
    pages::{Page, PageCopy},
};

/// How the products of a step are computed; the bits are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Each token by itself, rows prepared inside the product: six dispatches a layer.
    Vector,
    /// Tiles of as many tokens as the place in [`TILES`] says, rows prepared before: ten dispatches a layer.
    Tiled(usize),
}

impl Method {
    /// All methods; a plan has the dispatches of each at this place.
    pub const ALL: [Method; 1 + TILES.len()] = [Method::Vector, Method::Tiled(0), Method::Tiled(1)];

    /// Its place in [`Method::ALL`].
    pub fn place(self) -> usize {
        match self {
            Self::Vector => 0,
            Self::Tiled(tile) => 1 + tile,
        }
    }
}

/// One dispatch of a kernel on a bind group.
struct Dispatch {
    kernel: Kernel,
    group: wgpu::BindGroup,
    x: u32,
    /// Rows of the step that one workgroup takes.
    tile: u32,
}

/// Dispatches in order.
#[derive(Default)]
pub struct Dispatches(Vec<Dispatch>);

impl Dispatches {
    /// Records them for a number of rows.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, rows: u32) {
        for Dispatch { kernel, group, x, tile } in &self.0 {
            kernel.dispatch(pass, group, [*x, rows.div_ceil(*tile)]);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Everything a step needs.
pub struct Plan {
    /// Pipelines.
    pub kernels: Kernels,
    /// Tokens and pages of the step.
    pub step: wgpu::Buffer,
    /// `[wanted][vocab]` logits.
    pub logits: wgpu::Buffer,
    /// Where logits are read.
    pub staging: wgpu::Buffer,
    /// Embedding and layers, for each of [`Method::ALL`].
    pub bodies: Vec<Dispatches>,
    /// Last norm and output matrix, for each of [`Method::ALL`].
    pub heads: Vec<Dispatches>,
    /// Keys and values of all layers.
    caches: Vec<wgpu::Buffer>,
    /// A page on its way: a buffer is not copied to itself.
    page: wgpu::Buffer,
}

impl Plan {
    /// Compiles, allocates and uploads.
    pub fn new(gpu: &Gpu, model: &IntegerModel, sizes: Sizes) -> Self {
        let kernels = Kernels::new(gpu, model, sizes.pages);
        let arena = Arena::new(gpu, model, sizes);
        let weights = Weights::new(gpu, model, sizes);
        let builder =
            |method| Builder { gpu, kernels: &kernels, arena: &arena, method, made: Vec::new() };
        let bodies = Method::ALL.map(|method| {
            let mut body = builder(method);
            body.embedding(&weights);
            for layer in &weights.layers {
                body.layer(layer);
            }
            Dispatches(body.made)
        });
        let heads = Method::ALL.map(|method| {
            let mut head = builder(method);
            head.logits(&weights);
            Dispatches(head.made)
        });
        let staging = gpu.staging(u64::from(sizes.step_tokens) * u64::from(model.config.vocab));
        let (step, logits) = (arena.step.clone(), arena.logits.clone());
        let halves = weights.layers.iter().flat_map(|layer| [&layer.keys, &layer.values]);
        let caches: Vec<wgpu::Buffer> = halves.cloned().collect();
        let page_words =
            caches.first().map_or(1, |cache| cache.size() / 4 / u64::from(sizes.pages));
        let page = gpu.scratch("page", page_words);
        let (bodies, heads) = (bodies.into(), heads.into());
        Self { kernels, step, logits, staging, bodies, heads, caches, page }
    }

    /// Records the copy of a page in all layers.
    pub fn copy_page(&self, encoder: &mut wgpu::CommandEncoder, PageCopy { from, to }: PageCopy) {
        let bytes = self.page.size();
        let at = |page: Page| u64::from(page.index()) * bytes;
        for cache in &self.caches {
            encoder.copy_buffer_to_buffer(cache, at(from), &self.page, 0, bytes);
            encoder.copy_buffer_to_buffer(&self.page, 0, cache, at(to), bytes);
        }
    }
}

/// Appends dispatches in order.
struct Builder<'a> {
    gpu: &'a Gpu,
    kernels: &'a Kernels,
    arena: &'a Arena,
    method: Method,
    made: Vec<Dispatch>,
}

/// The rows of a product: as they are, and quantised.
struct Input<'a> {
    fixed: &'a wgpu::Buffer,
    codes: &'a wgpu::Buffer,
    /// Weights of the norm, where there is one.
    norm: Option<&'a wgpu::Buffer>,
    /// What makes the codes from the fixed rows, for products in tiles.
    quantise: &'a Kernel,
}

impl Builder<'_> {
    fn push(&mut self, kernel: &Kernel, x: u32, tile: u32, buffers: &[&wgpu::Buffer]) {
        let group = kernel.bind(self.gpu, buffers);
        self.made.push(Dispatch { kernel: kernel.clone(), group, x, tile });
    }

    /// Buffers of a product of one shard.
    fn multiply(
        &mut self,
        kernel: &Kernel,
        [x, tile]: [u32; 2],
        [input, second, output]: [&wgpu::Buffer; 3],
        s: &GpuShard,
    ) {
        let a = self.arena;
        let groups = s.group_scales.as_ref();
        let buffers = [
            input,
            second,
            &a.tables,
            &s.weights,
            &s.scales,
            output,
            &a.row_max,
            &s.uniform,
            groups.unwrap_or(&a.tables),
        ];
        let bound = if groups.is_some() { 9 } else { 8 };
        self.push(kernel, x, tile, &buffers[..bound]);
    }

    fn quantised(&mut self, input: &Input<'_>) {
        let a = self.arena;
        match input.norm {
            Some(weights) => {
                let buffers = [&a.step, input.fixed, weights, &a.tables, input.codes];
                self.push(input.quantise, 1, 1, &buffers);
            }
            None => self.push(input.quantise, 1, 1, &[input.fixed, &a.row_max, input.codes]),
        }
    }

    fn product(
        &mut self,
        product: &Product,
        input: &Input<'_>,
        output: &wgpu::Buffer,
        shards: &[GpuShard],
    ) {
        let a = self.arena;
        let is_given = product.rows == Rows::Wanted;
        let vector = product.vector.as_ref().filter(|_| self.method == Method::Vector);
        if is_given || vector.is_none() {
            self.quantised(input);
        }
        for shard in shards {
            let rows = shard.shard.rows;
            if let Some(kernel) = vector {
                let [x, _] = matvec::workgroups(rows, 1);
                let fixed = if is_given { input.codes } else { input.fixed };
                let second = input.norm.unwrap_or(&a.tables);
                self.multiply(kernel, [x, 1], [fixed, second, output], shard);
            } else {
                let place = match self.method {
                    Method::Tiled(place) => place,
                    Method::Vector => 0,
                };
                let [x, _] = matmul::workgroups(TILES[place], rows, 1);
                let buffers = [input.codes, &a.step, output];
                self.multiply(&product.tiled[place], [x, TILES[place]], buffers, shard);
            }
        }
    }

    fn embedding(&mut self, weights: &Weights) {
        let (a, kernels) = (self.arena, self.kernels);
        for s in &weights.embedding {
            let buffers = [&a.step, &s.weights, &s.scales, &a.residual, &s.uniform];
            self.push(&kernels.embed, 1, 1, &buffers);
        }
    }

    fn layer(&mut self, layer: &GpuLayer) {
        let (a, k) = (self.arena, self.kernels);
        let normed = |norm| Input {
            fixed: &a.residual,
            codes: &a.hidden_codes,
            norm: Some(norm),
            quantise: &k.norm,
        };
        let scaled = |fixed, codes, quantise| Input { fixed, codes, norm: None, quantise };
        let input = normed(&layer.attention_norm);
        self.product(&k.projection, &input, &a.projected, &layer.projection);
        self.attention(layer);
        let input = scaled(&a.mixed, &a.query_codes, &k.quantise_mixed);
        self.block(&k.output, &input, &layer.output, layer.attention_end_norm.as_ref());
        self.product(&k.gate_up, &normed(&layer.feed_norm), &a.gated, &layer.gate_up);
        let input = scaled(&a.gated, &a.inner_codes, &k.quantise_gated);
        self.block(&k.down, &input, &layer.down, layer.feed_end_norm.as_ref());
    }

    /// Heads, cache and attention.
    fn attention(&mut self, layer: &GpuLayer) {
        let (a, k) = (self.arena, self.kernels);
        let GpuLayer { keys, values, .. } = layer;
        let [heads, groups] = k.heads;
        // Every layer's way to attend was compiled.
        let Some(kernels) = k.attention(layer.attention) else { return };
        let buffers = [
            &a.step,
            &a.projected,
            &a.ropes[layer.attention.rotary],
            layer.head_norms.as_ref().unwrap_or(&a.tables),
            &a.tables,
            &a.queries,
            keys,
            values,
            &a.row_max,
        ];
        self.push(&kernels.rope_cache, heads + 2 * groups, 1, &buffers);
        let buffers =
            [&a.step, &a.queries, keys, values, &a.tables, &a.scratch, &a.mixed, &a.row_max];
        self.push(&kernels.mix, heads, 1, &buffers);
    }

    /// The last product of a block, added to the residual stream; through a norm where there is one.
    fn block(
        &mut self,
        product: &Product,
        input: &Input<'_>,
        shards: &[GpuShard],
        norm: Option<&wgpu::Buffer>,
    ) {
        let (a, k) = (self.arena, self.kernels);
        match (norm, &k.add_norm) {
            (Some(weights), Some(kernel)) => {
                self.product(product, input, &a.block, shards);
                self.push(kernel, 1, 1, &[&a.block, weights, &a.tables, &a.residual]);
            }
            _ => self.product(product, input, &a.residual, shards),
        }
    }

    fn logits(&mut self, weights: &Weights) {
        let (a, k) = (self.arena, self.kernels);
        let input = Input {
            fixed: &a.residual,
            codes: &a.hidden_codes,
            norm: Some(&weights.final_norm),
            quantise: &k.last_norm,
        };
        self.product(&k.head, &input, &a.logits, &weights.output);
    }
}

const _: () = assert!(MAX_STEP_TOKENS == 64, "the kernels' lists");

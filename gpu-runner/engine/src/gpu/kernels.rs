//! The pipelines of one model, compiled once with its sizes.

use stoa_kernels::{
    Gpu, Kernel, attention, embed, matmul,
    matmul::{Rows, TILES},
    matvec,
    product::{Activation, Output, RowMax, Shape, Source},
    quantise, rms_norm, rope_cache,
};

use crate::{integer::model::IntegerModel, pages::PAGE_POSITIONS};

/// Every pipeline that the plan dispatches.
pub struct Kernels {
    /// Embedding lookup.
    pub embed: Kernel,
    /// Norm and quantisation of all rows, in front of tiled products.
    pub norm: Kernel,
    /// The last norm, of the rows whose logits are wanted.
    pub last_norm: Kernel,
    /// Rotation and cache write.
    pub rope_cache: Kernel,
    /// Attention.
    pub attention: Kernel,
    /// Quantisation of attention's output, in front of tiled products.
    pub quantise_mixed: Kernel,
    /// Quantisation of gated rows, in front of tiled products.
    pub quantise_gated: Kernel,
    /// Query, key and value projections, stored.
    pub projection: Product,
    /// Attention's output projection, added to the residual stream.
    pub output: Product,
    /// Gate and up projections, gated.
    pub gate_up: Product,
    /// Down projection, added to the residual stream.
    pub down: Product,
    /// Logits.
    pub head: Product,
    /// Query heads and key-value heads.
    pub heads: [u32; 2],
}

/// The variants of one product; all have the same bits.
pub struct Product {
    /// What it computes from rows as they come.
    pub shape: Shape,
    /// Which rows of a step it takes.
    pub rows: Rows,
    /// For few rows, which it prepares itself; `None` where a row does not fit a workgroup.
    pub vector: Option<Kernel>,
    /// For quantised rows in tiles, in the order of [`TILES`].
    pub tiled: Vec<Kernel>,
}

impl Product {
    fn new(gpu: &Gpu, shape: Shape, rows: Rows) -> Self {
        let tiled = TILES.iter().map(|tile| matmul::recipe(given(shape), *tile, rows).compile(gpu));
        let fits = matvec::fits(&gpu.limits, shape.columns);
        Self {
            shape,
            rows,
            vector: fits.then(|| matvec::recipe(shape).compile(gpu)),
            tiled: tiled.collect(),
        }
    }
}

/// The product of rows that are quantised already.
pub fn given(shape: Shape) -> Shape {
    Shape { source: Source::Given, ..shape }
}

impl Kernels {
    /// Compiles all pipelines for a cache of `pages` pages.
    pub fn new(gpu: &Gpu, model: &IntegerModel, pages: u32) -> Self {
        let config = &model.config;
        let [projection, output, gate_up, down, head] = product_shapes(model);
        let [mixed, gated] = quantise_shapes(model);
        let product = |shape| Product::new(gpu, shape, Rows::All);
        Self {
            embed: embed::recipe(config.hidden).compile(gpu),
            norm: rms_norm::recipe(norm_shape(model, Rows::All)).compile(gpu),
            last_norm: rms_norm::recipe(norm_shape(model, Rows::Wanted)).compile(gpu),
            rope_cache: rope_cache::recipe(cache_shape(model, pages)).compile(gpu),
            attention: attention::recipe(attention_shape(model, pages)).compile(gpu),
            quantise_mixed: quantise::recipe(mixed).compile(gpu),
            quantise_gated: quantise::recipe(gated).compile(gpu),
            projection: product(projection),
            output: product(output),
            gate_up: product(gate_up),
            down: product(down),
            head: Product::new(gpu, head, Rows::Wanted),
            heads: [config.heads, config.groups],
        }
    }

    /// All products.
    pub fn products(&self) -> [&Product; 5] {
        [&self.projection, &self.output, &self.gate_up, &self.down, &self.head]
    }
}

/// Shapes of the products: projection, output, gate and up, down, logits.
fn product_shapes(model: &IntegerModel) -> [Shape; 5] {
    let config = &model.config;
    let normed = Source::Normed { epsilon: model.epsilon };
    let shape = |columns, source, output| Shape { columns, source, output, cap: 0 };
    [
        shape(config.hidden, normed, Output::Store),
        shape(config.query_width(), Source::Scaled(RowMax::Attention), Output::Accumulate),
        shape(config.hidden, normed, Output::Gated(Activation::Silu)),
        shape(config.inner, Source::Scaled(RowMax::Gated), Output::Accumulate),
        shape(config.hidden, Source::Given, Output::Store),
    ]
}

/// Shapes of the quantisations: attention's output, gated rows.
pub fn quantise_shapes(model: &IntegerModel) -> [quantise::Shape; 2] {
    let config = &model.config;
    [
        quantise::Shape { width: config.query_width(), row_max: RowMax::Attention },
        quantise::Shape { width: config.inner, row_max: RowMax::Gated },
    ]
}

/// Constants of the norm.
pub fn norm_shape(model: &IntegerModel, rows: Rows) -> rms_norm::Shape {
    rms_norm::Shape { width: model.config.hidden, epsilon: model.epsilon, rows }
}

/// Constants of the cache.
pub fn cache_shape(model: &IntegerModel, pages: u32) -> rope_cache::Shape {
    let config = &model.config;
    rope_cache::Shape {
        heads: config.heads,
        groups: config.groups,
        head: config.head,
        page: PAGE_POSITIONS,
        pages,
        head_norm: None,
    }
}

/// Constants of attention.
pub fn attention_shape(model: &IntegerModel, pages: u32) -> attention::Shape {
    let context = model.config.context;
    let cache = cache_shape(model, pages);
    attention::Shape { cache, context, window: context, score: model.score, cap: 0 }
}

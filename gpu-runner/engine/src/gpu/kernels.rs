//! The pipelines of one model, compiled once with its sizes.

use stoa_exact::{Gelu, SoftCap};
use stoa_kernels::{
    Gpu, Kernel, add_norm, attention, embed, matmul,
    matmul::{Rows, TILES},
    matvec,
    product::{Activation, Format, Output, RowMax, Shape, Source},
    quantise, rms_norm, rope_cache,
};

use crate::{
    folder::config::{self, LayerAttention, WeightFormat},
    integer::model::IntegerModel,
    pages::PAGE_POSITIONS,
};

/// Every pipeline that the plan dispatches.
pub struct Kernels {
    /// Embedding lookup.
    pub embed: Kernel,
    /// Norm and quantisation of all rows, in front of tiled products.
    pub norm: Kernel,
    /// The last norm, of the rows whose logits are wanted.
    pub last_norm: Kernel,
    /// Norm behind a block, added to the residual stream; `None` where the model has none.
    pub add_norm: Option<Kernel>,
    /// Heads and attention, for each way in which a layer attends.
    pub attention: Vec<Attention>,
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

/// The kernels of layers that attend alike.
pub struct Attention {
    /// How.
    pub layer: LayerAttention,
    /// Rotation and cache write.
    pub rope_cache: Kernel,
    /// Attention.
    pub mix: Kernel,
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
        let mut kinds: Vec<LayerAttention> = Vec::new();
        for layer in &model.layers {
            if !kinds.contains(&layer.attention) {
                kinds.push(layer.attention);
            }
        }
        let attention = |layer: LayerAttention| Attention {
            layer,
            rope_cache: rope_cache::recipe(cache_shape(model, layer, pages)).compile(gpu),
            mix: attention::recipe(attention_shape(model, layer, pages)).compile(gpu),
        };
        let has_ends = model.layers.iter().any(|layer| layer.attention_end_norm.is_some());
        Self {
            embed: embed::recipe(embed_shape(model)).compile(gpu),
            norm: rms_norm::recipe(norm_shape(model, Rows::All)).compile(gpu),
            last_norm: rms_norm::recipe(norm_shape(model, Rows::Wanted)).compile(gpu),
            add_norm: has_ends.then(|| add_norm::recipe(add_norm_shape(model)).compile(gpu)),
            attention: kinds.into_iter().map(attention).collect(),
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

    /// The kernels of a layer.
    pub fn attention(&self, layer: LayerAttention) -> Option<&Attention> {
        self.attention.iter().find(|kernels| kernels.layer == layer)
    }
}

/// Shapes of the products: projection, output, gate and up, down, logits.
fn product_shapes(model: &IntegerModel) -> [Shape; 5] {
    let config = &model.config;
    let normed = Source::Normed { epsilon: model.epsilon };
    let format = match config.weights {
        WeightFormat::Int8 => Format::Int8,
        WeightFormat::Int4 { group } => Format::Int4 { group },
    };
    // What is normed behind a block is stored first.
    let end = if config.has_end_norms { Output::Store } else { Output::Accumulate };
    let activation = match config.activation {
        config::Activation::Silu => Activation::Silu,
        config::Activation::Gelu(Gelu::Erf) => Activation::GeluErf,
        config::Activation::Gelu(Gelu::Tanh) => Activation::GeluTanh,
    };
    let shape = |columns, source, output| Shape { columns, format, source, output, cap: 0 };
    let head = shape(config.hidden, Source::Given, Output::Store);
    [
        shape(config.hidden, normed, Output::Store),
        shape(config.query_width(), Source::Scaled(RowMax::Attention), end),
        shape(config.hidden, normed, Output::Gated(activation)),
        shape(config.inner, Source::Scaled(RowMax::Gated), end),
        Shape { format: Format::Int8, cap: cap_of(model.logit_cap), ..head },
    ]
}

/// A cap as the kernels take it: 0 for none.
fn cap_of(cap: Option<SoftCap>) -> u32 {
    cap.map_or(0, |cap| cap.cap() as u32)
}

/// Constants of the embedding.
pub fn embed_shape(model: &IntegerModel) -> embed::Shape {
    embed::Shape { width: model.config.hidden, factor: model.embedding_factor }
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

/// Constants of the norm behind a block.
pub fn add_norm_shape(model: &IntegerModel) -> add_norm::Shape {
    add_norm::Shape { width: model.config.hidden, epsilon: model.epsilon }
}

/// Constants of heads and cache of layers that attend like `layer`.
pub fn cache_shape(model: &IntegerModel, layer: LayerAttention, pages: u32) -> rope_cache::Shape {
    let config = &model.config;
    rope_cache::Shape {
        heads: config.heads,
        groups: config.groups,
        head: config.head,
        rotary: model.rotaries[layer.rotary].width,
        page: PAGE_POSITIONS,
        pages,
        head_norm: config.has_head_norms.then_some(model.head_epsilon),
    }
}

/// Constants of attention of such layers.
pub fn attention_shape(
    model: &IntegerModel,
    layer: LayerAttention,
    pages: u32,
) -> attention::Shape {
    let context = model.config.context;
    attention::Shape {
        cache: cache_shape(model, layer, pages),
        context,
        window: layer.window.unwrap_or(context),
        score: model.score,
        cap: cap_of(model.score_cap),
    }
}

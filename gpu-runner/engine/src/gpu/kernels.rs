//! The pipelines of one model, compiled once with its sizes.

use stoa_kernels::{
    Gpu, Kernel, attention, embed, matvec,
    matvec::{Output, Shape},
    quantise, rms_norm, rope_cache, swiglu,
};

use crate::integer::model::IntegerModel;

/// Every pipeline that the plan dispatches.
pub struct Kernels {
    /// Embedding lookup.
    pub embed: Kernel,
    /// Norm and quantisation.
    pub rms_norm: Kernel,
    /// Products of rows as wide as the residual stream, stored.
    pub from_hidden: Kernel,
    /// Attention's output projection, added to the residual stream.
    pub from_queries: Kernel,
    /// Down projection, added to the residual stream.
    pub from_inner: Kernel,
    /// Rotation and cache write.
    pub rope_cache: Kernel,
    /// Attention.
    pub attention: Kernel,
    /// Quantisation of attention's output.
    pub quantise: Kernel,
    /// Gated product.
    pub swiglu: Kernel,
}

/// Which pipeline a dispatch uses.
pub type Pick = fn(&Kernels) -> &Kernel;

impl Kernels {
    /// Compiles all pipelines.
    pub fn new(gpu: &Gpu, model: &IntegerModel) -> Self {
        let config = &model.config;
        let [hidden, queries, inner] = product_shapes(model);
        Self {
            embed: embed::kernel(gpu, config.hidden),
            rms_norm: rms_norm::kernel(gpu, norm_shape(model)),
            from_hidden: matvec::kernel(gpu, hidden),
            from_queries: matvec::kernel(gpu, queries),
            from_inner: matvec::kernel(gpu, inner),
            rope_cache: rope_cache::kernel(gpu, cache_shape(model)),
            attention: attention::kernel(gpu, attention_shape(model)),
            quantise: quantise::kernel(gpu, config.query_width()),
            swiglu: swiglu::kernel(gpu, config.inner),
        }
    }
}

/// Shapes of the three products: from the residual stream, from attention, from the feed-forward block.
pub fn product_shapes(model: &IntegerModel) -> [Shape; 3] {
    let config = &model.config;
    [
        Shape { columns: config.hidden, output: Output::Store },
        Shape { columns: config.query_width(), output: Output::Accumulate },
        Shape { columns: config.inner, output: Output::Accumulate },
    ]
}

/// Constants of the norm.
pub fn norm_shape(model: &IntegerModel) -> rms_norm::Shape {
    rms_norm::Shape { width: model.config.hidden, epsilon: model.epsilon }
}

/// Constants of the cache.
pub fn cache_shape(model: &IntegerModel) -> rope_cache::Shape {
    let config = &model.config;
    rope_cache::Shape {
        heads: config.heads,
        groups: config.groups,
        head: config.head,
        context: config.context,
    }
}

/// Constants of attention.
pub fn attention_shape(model: &IntegerModel) -> attention::Shape {
    attention::Shape { cache: cache_shape(model), score: model.score }
}

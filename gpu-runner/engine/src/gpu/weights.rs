//! The model on the adapter: weights and the pages of each layer.

use stoa_kernels::Gpu;

use super::{
    kernels::cache_shape,
    limits::Sizes,
    matrix::{GpuShard, Order, upload},
};
use crate::{
    folder::config::LayerAttention,
    integer::{
        matrix::Matrix,
        model::{HeadNorms, IntegerModel, Layer},
    },
};

/// The model on the adapter.
pub struct Weights {
    /// Token embedding.
    pub embedding: Vec<GpuShard>,
    /// Layers in order.
    pub layers: Vec<GpuLayer>,
    /// Weights of the last norm.
    pub final_norm: wgpu::Buffer,
    /// Output matrix.
    pub output: Vec<GpuShard>,
}

/// One layer and its cache.
pub struct GpuLayer {
    /// What the layer attends to.
    pub attention: LayerAttention,
    /// Norm before attention.
    pub attention_norm: wgpu::Buffer,
    /// Query, key and value rows.
    pub projection: Vec<GpuShard>,
    /// Of query heads, then of key heads.
    pub head_norms: Option<wgpu::Buffer>,
    /// Pages of keys.
    pub keys: wgpu::Buffer,
    /// Pages of values.
    pub values: wgpu::Buffer,
    /// Output matrix.
    pub output: Vec<GpuShard>,
    /// Norm of the output projection.
    pub attention_end_norm: Option<wgpu::Buffer>,
    /// Norm before the feed-forward block.
    pub feed_norm: wgpu::Buffer,
    /// Gates and ups in pairs.
    pub gate_up: Vec<GpuShard>,
    /// Down projection.
    pub down: Vec<GpuShard>,
    /// Norm of the down projection.
    pub feed_end_norm: Option<wgpu::Buffer>,
}

impl Weights {
    /// Allocates and uploads.
    pub fn new(gpu: &Gpu, model: &IntegerModel, sizes: Sizes) -> Self {
        let config = &model.config;
        let norm = |weights: &[i32]| gpu.upload("norm", bytemuck::cast_slice(weights));
        let end_norm = |weights: &Option<Vec<i32>>| weights.as_deref().map(norm);
        let head_norms = |norms: &HeadNorms| norm(&[&norms.query[..], &norms.key[..]].concat());
        let words = |layer: &Layer| cache_shape(model, layer.attention, sizes.pages).cache_words();
        let layer = |layer: &Layer| GpuLayer {
            attention: layer.attention,
            attention_norm: norm(&layer.attention_norm),
            projection: plain(gpu, "projection", &layer.projection, config.projected_width()),
            head_norms: layer.head_norms.as_ref().map(head_norms),
            keys: gpu.scratch("keys", words(layer)),
            values: gpu.scratch("values", words(layer)),
            output: plain(gpu, "output", &layer.output, config.hidden),
            attention_end_norm: end_norm(&layer.attention_end_norm),
            feed_norm: norm(&layer.feed_norm),
            gate_up: upload(gpu, "gate and up", &layer.gate_up, config.inner, Order::Pairs),
            down: plain(gpu, "down", &layer.down, config.hidden),
            feed_end_norm: end_norm(&layer.feed_end_norm),
        };
        let embedding = plain(gpu, "embedding", &model.embedding, config.hidden);
        let output = match &model.output {
            Some(matrix) => plain(gpu, "head", matrix, config.vocab),
            None => embedding.iter().map(|shard| shard.with_stride(gpu, config.vocab)).collect(),
        };
        Self {
            embedding,
            layers: model.layers.iter().map(layer).collect(),
            final_norm: norm(&model.final_norm),
            output,
        }
    }
}

fn plain(gpu: &Gpu, name: &str, matrix: &Matrix, stride: u32) -> Vec<GpuShard> {
    upload(gpu, name, matrix, stride, Order::Plain)
}

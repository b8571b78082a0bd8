//! Activations of a step on the adapter, allocated once for the largest step.

use stoa_kernels::{Gpu, STEP_HEADER_WORDS, product::ROW_MAX_WORDS, tables};

use super::limits::Sizes;
use crate::integer::model::IntegerModel;

/// Activations and tables, shared by all layers.
pub struct Arena {
    /// Tokens and pages of the step.
    pub step: wgpu::Buffer,
    /// Constant tables of `stoa-exact`.
    pub tables: wgpu::Buffer,
    /// Rotary tables.
    pub ropes: Vec<wgpu::Buffer>,
    /// Largest magnitudes of rows.
    pub row_max: wgpu::Buffer,
    /// The residual stream.
    pub residual: wgpu::Buffer,
    /// Output of a block that is normed before it is added.
    pub block: wgpu::Buffer,
    /// Quantised rows of the residual stream.
    pub hidden_codes: wgpu::Buffer,
    /// Queries, keys and values.
    pub projected: wgpu::Buffer,
    /// Query heads, quantised.
    pub queries: wgpu::Buffer,
    /// Scores of a step.
    pub scratch: wgpu::Buffer,
    /// Attention's output.
    pub mixed: wgpu::Buffer,
    /// Quantised rows of it.
    pub query_codes: wgpu::Buffer,
    /// Gated rows.
    pub gated: wgpu::Buffer,
    /// Quantised rows of them.
    pub inner_codes: wgpu::Buffer,
    /// `[wanted][vocab]` logits.
    pub logits: wgpu::Buffer,
}

impl Arena {
    /// Allocates and uploads.
    pub fn new(gpu: &Gpu, model: &IntegerModel, sizes: Sizes) -> Self {
        let config = &model.config;
        let rows = |name: &str, width: u64| gpu.scratch(name, u64::from(sizes.step_tokens) * width);
        let fixed = |name: &str, width: u32| rows(name, width.into());
        let codes = |name: &str, width: u32| rows(name, u64::from(width / 4 + 4));
        let scores = u64::from(config.heads) * u64::from(config.context);
        Self {
            step: gpu.scratch("step", STEP_HEADER_WORDS as u64 + sizes.listed_pages()),
            tables: gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
            ropes: model
                .rotaries
                .iter()
                .map(|table| gpu.upload("rope", bytemuck::cast_slice(&table.entries)))
                .collect(),
            row_max: gpu.scratch("row maxima", ROW_MAX_WORDS),
            residual: fixed("residual", config.hidden),
            block: fixed("block", if config.has_end_norms { config.hidden } else { 1 }),
            hidden_codes: codes("hidden codes", config.hidden),
            projected: fixed("projected", config.projected_width()),
            queries: fixed("queries", config.heads * (config.head / 4 + 1)),
            scratch: rows("scratch", scores),
            mixed: fixed("mixed", config.query_width()),
            query_codes: codes("query codes", config.query_width()),
            gated: fixed("gated", config.inner),
            inner_codes: codes("inner codes", config.inner),
            logits: fixed("logits", config.vocab),
        }
    }
}

//! The start-up self-test: the model's own pipelines against their CPU twins, adversarial vectors included.

use stoa_kernels::{
    Gpu, KernelError, attention, embed, matvec, quantise, rms_norm, rope_cache, swiglu,
};

use super::kernels::{Kernels, attention_shape, cache_shape, norm_shape, product_shapes};
use crate::integer::model::IntegerModel;

/// Seeds that every start runs; the crate's tests run more.
const SEEDS: [u64; 3] = [0x5701, 0x5702, 0x5703];

/// Refuses the first kernel that differs in one word.
pub fn run(gpu: &Gpu, kernels: &Kernels, model: &IntegerModel) -> Result<(), KernelError> {
    let config = &model.config;
    let [hidden, queries, inner] = product_shapes(model);
    for seed in SEEDS {
        embed::self_test(gpu, &kernels.embed, config.hidden, seed)?;
        rms_norm::self_test(gpu, &kernels.rms_norm, norm_shape(model), seed)?;
        matvec::self_test(gpu, &kernels.from_hidden, hidden, seed)?;
        matvec::self_test(gpu, &kernels.from_queries, queries, seed)?;
        matvec::self_test(gpu, &kernels.from_inner, inner, seed)?;
        rope_cache::self_test(gpu, &kernels.rope_cache, cache_shape(model), seed)?;
        attention::self_test(gpu, &kernels.attention, attention_shape(model), seed)?;
        quantise::self_test(gpu, &kernels.quantise, config.query_width(), seed)?;
        swiglu::self_test(gpu, &kernels.swiglu, config.inner, seed)?;
    }
    Ok(())
}

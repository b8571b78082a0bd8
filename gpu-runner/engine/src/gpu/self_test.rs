//! The start-up self-test: the model's own pipelines, all variants, against their CPU twins on adversarial vectors.

use stoa_kernels::{
    Gpu, KernelError, SELF_TEST_SEEDS, attention, embed, matmul,
    matmul::{Rows, TILES},
    matvec, quantise, rms_norm, rope_cache,
};

use super::kernels::{
    Kernels, Product, attention_shape, cache_shape, given, norm_shape, quantise_shapes,
};
use crate::integer::model::IntegerModel;

/// Refuses the first kernel that differs in one word.
pub fn run(gpu: &Gpu, kernels: &Kernels, model: &IntegerModel) -> Result<(), KernelError> {
    let config = &model.config;
    let (cache, attention_shape) = (cache_shape(model, 0), attention_shape(model, 0));
    let [mixed, gated] = quantise_shapes(model);
    for seed in SELF_TEST_SEEDS {
        embed::self_test(gpu, &kernels.embed, config.hidden, seed)?;
        rms_norm::self_test(gpu, &kernels.norm, norm_shape(model, Rows::All), seed)?;
        rms_norm::self_test(gpu, &kernels.last_norm, norm_shape(model, Rows::Wanted), seed)?;
        rope_cache::self_test(gpu, &kernels.rope_cache, cache, seed)?;
        attention::self_test(gpu, &kernels.attention, attention_shape, seed)?;
        quantise::self_test(gpu, &kernels.quantise_mixed, mixed, seed)?;
        quantise::self_test(gpu, &kernels.quantise_gated, gated, seed)?;
        for product in kernels.products() {
            every_variant(gpu, product, seed)?;
        }
    }
    Ok(())
}

fn every_variant(gpu: &Gpu, product: &Product, seed: u64) -> Result<(), KernelError> {
    if let Some(kernel) = &product.vector {
        matvec::self_test(gpu, kernel, product.shape, seed)?;
    }
    for (tile, kernel) in TILES.into_iter().zip(&product.tiled) {
        matmul::self_test(gpu, kernel, given(product.shape), (tile, product.rows), seed)?;
    }
    Ok(())
}

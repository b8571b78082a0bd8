//! The start-up self-test: the model's own pipelines, all variants, against their CPU twins on adversarial vectors.

use stoa_kernels::{
    Gpu, KernelError, SELF_TEST_SEEDS, add_norm, attention, embed, matmul,
    matmul::{Rows, TILES},
    matvec, quantise, rms_norm, rope_cache,
};

use super::kernels::{
    Attention, Kernels, Product, add_norm_shape, attention_shape, cache_shape, embed_shape, given,
    norm_shape, quantise_shapes,
};
use crate::integer::model::IntegerModel;

/// Refuses the first kernel that differs in one word.
pub fn run(gpu: &Gpu, kernels: &Kernels, model: &IntegerModel) -> Result<(), KernelError> {
    let [mixed, gated] = quantise_shapes(model);
    for seed in SELF_TEST_SEEDS {
        embed::self_test(gpu, &kernels.embed, embed_shape(model), seed)?;
        rms_norm::self_test(gpu, &kernels.norm, norm_shape(model, Rows::All), seed)?;
        rms_norm::self_test(gpu, &kernels.last_norm, norm_shape(model, Rows::Wanted), seed)?;
        if let Some(kernel) = &kernels.add_norm {
            add_norm::self_test(gpu, kernel, add_norm_shape(model), seed)?;
        }
        for Attention { layer, rope_cache, mix } in &kernels.attention {
            rope_cache::self_test(gpu, rope_cache, cache_shape(model, *layer, 0), seed)?;
            attention::self_test(gpu, mix, attention_shape(model, *layer, 0), seed)?;
        }
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

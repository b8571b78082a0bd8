//! GPU against CPU twin.

use super::*;
use crate::testing::gpu;

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("attention") else { return };
    let constants = [(4, 2, 16, 24_012, 30), (3, 1, 40, 30_372, 31), (2, 2, 256, 24_012, 32)];
    for (heads, groups, head, mantissa, shift) in constants {
        let cache = rope_cache::Shape { heads, groups, head, context: 150 };
        let shape = Shape { cache, score: WeightScale { mantissa, shift } };
        let kernel = kernel(gpu, shape);
        for seed in 0..24 {
            self_test(gpu, &kernel, shape, seed)
                .unwrap_or_else(|error| panic!("{shape:?} seed {seed}: {error}"));
        }
    }
}

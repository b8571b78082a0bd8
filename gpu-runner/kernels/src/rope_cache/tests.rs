//! GPU against CPU twin.

use super::*;
use crate::testing::gpu;

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("rope_cache") else { return };
    for (heads, groups, head) in [(4, 2, 16), (3, 1, 40), (1, 1, 256)] {
        let shape = Shape { heads, groups, head, context: 9 };
        let kernel = kernel(gpu, shape);
        for seed in 0..24 {
            self_test(gpu, &kernel, shape, seed)
                .unwrap_or_else(|error| panic!("{shape:?} seed {seed}: {error}"));
        }
    }
}

//! GPU against CPU twin.

use super::*;
use crate::testing::gpu;

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("rms_norm") else { return };
    for (width, epsilon) in [(32, 0), (320, 13_743_895), (64, stoa_exact::bounds::MAX_EPSILON)] {
        let shape = Shape { width, epsilon };
        let kernel = kernel(gpu, shape);
        for seed in 0..40 {
            self_test(gpu, &kernel, shape, seed)
                .unwrap_or_else(|error| panic!("{shape:?} seed {seed}: {error}"));
        }
    }
}

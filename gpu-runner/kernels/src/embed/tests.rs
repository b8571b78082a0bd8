//! GPU against CPU twin.

use super::*;
use crate::testing::gpu;

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("embed") else { return };
    for width in [32, 320] {
        let kernel = kernel(gpu, width);
        for seed in 0..24 {
            self_test(gpu, &kernel, width, seed)
                .unwrap_or_else(|error| panic!("width {width} seed {seed}: {error}"));
        }
    }
}

//! GPU against CPU twin.

use super::*;
use crate::testing::gpu;

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("matvec") else { return };
    for (columns, output) in [
        (16, Output::Store),
        (96, Output::Accumulate),
        (320, Output::Store),
        (2048, Output::Accumulate),
    ] {
        let shape = Shape { columns, output };
        let kernel = kernel(gpu, shape);
        for seed in 0..24 {
            self_test(gpu, &kernel, shape, seed)
                .unwrap_or_else(|error| panic!("{shape:?} seed {seed}: {error}"));
        }
    }
}

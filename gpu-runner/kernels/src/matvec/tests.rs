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

#[test]
fn an_adapter_that_computes_one_bit_differently_is_refused() {
    let Some(gpu) = gpu("wrong matvec") else { return };
    let shape = Shape { columns: 64, output: Output::Store };
    let source =
        include_str!("matvec.wgsl").replace("output[index] = value;", "output[index] = value ^ 1;");
    let bindings = [Access::Read, Access::Read, Access::Read, Access::Write, Access::Uniform];
    let constants = [("COLUMNS", shape.columns), ("ACCUMULATE", 0)];
    let wrong = Kernel::new(gpu, "matvec", &source, &constants, &bindings);
    let error = self_test(gpu, &wrong, shape, 1).unwrap_err();
    assert!(matches!(error, KernelError::Mismatch { kernel: "matvec", element: 2, .. }), "{error}");
}

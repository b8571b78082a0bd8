//! GPU against CPU twin.

use super::*;
use crate::testing::{assert_equal, assert_refused, gpu};

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("add_norm") else { return };
    for (width, epsilon) in [(32, 0), (336, 1_374), (2064, 1 << 45)] {
        let shape = Shape { width, epsilon };
        let what = format!("{shape:?}");
        assert_equal(gpu, &recipe(shape), &what, |k, seed| self_test(gpu, k, shape, seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong add_norm") else { return };
    let shape = Shape { width: 96, epsilon: 1 << 20 };
    let mistakes = [
        ("add_fixed(residual[index], values[i])", "residual[index] + values[i]"),
        ("add_fixed(residual[index], values[i])", "values[i]"),
        ("square >> 16u", "square >> 17u"),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
}

//! GPU against CPU twin.

use super::*;
use crate::testing::{assert_equal, assert_refused, gpu};

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("quantise") else { return };
    for (width, row_max) in [(32, RowMax::Attention), (320, RowMax::Gated)] {
        let shape = Shape { width, row_max };
        let what = format!("{shape:?}");
        assert_equal(gpu, &recipe(shape), &what, |k, seed| self_test(gpu, k, shape, seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong quantise") else { return };
    let shape = Shape { width: 48, row_max: RowMax::Gated };
    let mistakes = [
        ("row_scale_of(row_max[MAX_SLOT * 64u + group.y])", "row_scale_of(row_max[group.y])"),
        ("quantise_four(input[", "quantise_four(input[0u * "),
        ("select(0u, pack_scale(scale), local == 0u)", "pack_scale(scale)"),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
}

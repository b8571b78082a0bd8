//! GPU against CPU twin.

use super::*;
use crate::testing::{assert_equal, assert_refused, gpu};

const ONE: WeightScale = WeightScale { mantissa: 1 << 14, shift: 14 };

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("embed") else { return };
    let factor = WeightScale { mantissa: 28_378, shift: 9 };
    for shape in [Shape { width: 32, factor: ONE }, Shape { width: 320, factor }] {
        let what = format!("{shape:?}");
        assert_equal(gpu, &recipe(shape), &what, |k, seed| self_test(gpu, k, shape, seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong embed") else { return };
    let shape = Shape { width: 48, factor: ONE };
    let mistakes = [
        ("* 127;", "* 126;"),
        ("id >= shard.first_row", "id > shard.first_row"),
        ("id - shard.first_row < shard.rows", "id - shard.first_row < shard.rows - 1u"),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
}

//! GPU against CPU twin.

use super::*;
use crate::testing::{assert_equal, assert_refused, gpu};

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("embed") else { return };
    for width in [32, 320] {
        let what = format!("width {width}");
        assert_equal(gpu, &recipe(width), &what, |k, seed| self_test(gpu, k, width, seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong embed") else { return };
    let mistakes = [
        ("* 127;", "* 126;"),
        ("id >= shard.first_row", "id > shard.first_row"),
        ("id - shard.first_row < shard.rows", "id - shard.first_row < shard.rows - 1u"),
    ];
    assert_refused(gpu, &recipe(48), &mistakes, |k, seed| self_test(gpu, k, 48, seed));
}

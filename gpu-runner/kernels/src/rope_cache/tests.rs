//! GPU against CPU twin.

use super::*;
use crate::testing::{assert_equal, assert_refused, gpu};

fn shape(heads: u32, groups: u32, head: u32, head_norm: Option<u64>) -> Shape {
    Shape { heads, groups, head, rotary: head, page: 4, pages: 0, head_norm }
}

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("rope_cache") else { return };
    let shapes = [
        shape(4, 2, 16, None),
        shape(3, 1, 40, Some(70_000)),
        shape(1, 1, 256, Some(0)),
        Shape { rotary: 20, ..shape(2, 1, 40, Some(70_000)) },
        Shape { rotary: 128, ..shape(1, 1, 256, None) },
    ];
    for shape in shapes {
        let what = format!("{shape:?}");
        assert_equal(gpu, &recipe(shape), &what, |k, seed| self_test(gpu, k, shape, seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong rope_cache") else { return };
    let shape = Shape { rotary: 8, ..shape(4, 2, 16, Some(70_000)) };
    let mistakes = [
        ("(slot - page * PAGE)", "0u * slot"),
        ("-requantise(high, sine, 30u)", "requantise(high, sine, 30u)"),
        ("select(0u, HEAD, head >= HEADS)", "0u"),
        ("local < 2u", "local < 1u"),
        ("largest = max(largest, u32(abs(value)));", ""),
        ("2u * turned + local", "2u * turned + local + 1u"),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
}

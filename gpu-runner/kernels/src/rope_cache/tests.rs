//! GPU against CPU twin.

use super::*;
use crate::testing::{assert_equal, assert_refused, gpu};

fn shape(heads: u32, groups: u32, head: u32, head_norm: Option<u64>) -> Shape {
    Shape { heads, groups, head, page: 4, pages: 0, head_norm }
}

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("rope_cache") else { return };
    for shape in [shape(4, 2, 16, None), shape(3, 1, 40, Some(70_000)), shape(1, 1, 256, Some(0))] {
        let what = format!("{shape:?}");
        assert_equal(gpu, &recipe(shape), &what, |k, seed| self_test(gpu, k, shape, seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong rope_cache") else { return };
    let shape = shape(4, 2, 16, Some(70_000));
    let mistakes = [
        ("(slot - page * PAGE)", "0u * slot"),
        ("-requantise(high, sine, 30u)", "requantise(high, sine, 30u)"),
        ("group.x >= HEADS", "group.x > HEADS"),
        ("local < 2u", "local < 1u"),
        (
            "atomicMax(&head_max, u32(max(abs(low), abs(high))));",
            "atomicMax(&head_max, u32(abs(low)));",
        ),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
}

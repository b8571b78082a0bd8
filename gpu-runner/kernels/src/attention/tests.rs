//! GPU against CPU twin.

use super::*;
use crate::testing::{assert_equal, assert_refused, gpu};

fn shape(heads: u32, groups: u32, head: u32) -> Shape {
    let cache = rope_cache::Shape {
        heads,
        groups,
        head,
        rotary: head,
        page: 32,
        pages: 0,
        head_norm: None,
    };
    let score = WeightScale { mantissa: 24_012, shift: 30 };
    Shape { cache, context: 150, window: 150, score, cap: 0 }
}

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("attention") else { return };
    let wide = WeightScale { mantissa: 30_372, shift: 31 };
    let shapes = [
        shape(4, 2, 16),
        Shape { score: wide, window: 7, ..shape(3, 1, 40) },
        Shape { cap: 50 << 16, window: 64, ..shape(4, 4, 24) },
        Shape { context: 33, window: 33, ..shape(2, 2, 256) },
        Shape { context: 1, window: 1, ..shape(2, 1, 8) },
    ];
    for shape in shapes {
        let recipe = recipe(shape);
        assert_equal(gpu, &recipe, &format!("{shape:?}"), |k, seed| self_test(gpu, k, shape, seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong attention") else { return };
    let shape = Shape { window: 40, cap: 60 << 16, ..shape(4, 2, 16) };
    let mistakes = [
        ("let end = token.position + 1u;", "let end = token.position + 2u;"),
        ("let first = end - min(end, WINDOW);", "let first = 0u;"),
        ("shift > 31u", "shift > 30u && shift > 31u + numerator"),
        ("high += codes * (weight >> 8u);", "high += codes * ((weight & 32767) >> 8u);"),
        ("step.pages[pages + page]", "page"),
        ("row_largest = max(row_largest, u32(abs(value)));", "row_largest = u32(abs(value));"),
        ("return select(value, -value, x < 0);", "return value;"),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
}

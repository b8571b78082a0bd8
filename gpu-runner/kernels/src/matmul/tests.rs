//! GPU against CPU twin.

use super::*;
use crate::{
    product::{Activation, Output, Source},
    testing::{assert_equal, assert_refused, gpu},
};

fn shape(columns: u32, output: Output) -> Shape {
    Shape { columns, source: Source::Given, output, cap: 0 }
}

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("matmul") else { return };
    let capped = Shape { cap: 30 << 16, ..shape(48, Output::Store) };
    let shapes = [
        capped,
        shape(16, Output::Store),
        shape(336, Output::Accumulate),
        shape(1104, Output::Gated(Activation::Silu)),
        shape(2064, Output::Gated(Activation::GeluTanh)),
    ];
    for (index, shape) in shapes.into_iter().enumerate() {
        let tile = TILES[index % TILES.len()];
        let what = format!("{shape:?}, tiles of {tile}");
        let rows = if index == 0 { Rows::Wanted } else { Rows::All };
        let recipe = recipe(shape, tile, rows);
        assert_equal(gpu, &recipe, &what, |k, seed| self_test(gpu, k, shape, (tile, rows), seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong matmul") else { return };
    let shape = shape(1104, Output::Accumulate);
    let mistakes = [
        ("token_cell < CELLS", "token_cell + 1u < CELLS"),
        ("if (row + i + 1u < shard.rows)", "if (row + i + 2u < shard.rows)"),
        ("if (token + 2u < tokens)", "if (token + 3u < tokens)"),
        (
            "s3 += vec4<i32>(dot_cell(x3, w0), dot_cell(x3, w1)",
            "s3 += vec4<i32>(dot_cell(x2, w0), dot_cell(x3, w1)",
        ),
        (
            "let token = first_token + four_tokens;",
            "let token = first_token + four_tokens; s0 = clamp(s0, vec4<i32>(-16777216), vec4<i32>(16777216));",
        ),
        ("output[index] = add_fixed(output[index], value);", "output[index] = value;"),
    ];
    let recipe = recipe(shape, 16, Rows::All);
    assert_refused(gpu, &recipe, &mistakes, |k, seed| {
        self_test(gpu, k, shape, (16, Rows::All), seed)
    });
}

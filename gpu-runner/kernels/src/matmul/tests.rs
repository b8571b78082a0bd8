//! GPU against CPU twin.

use super::*;
use crate::{
    product::{Activation, Format, Output, Source},
    testing::{assert_equal, assert_refused, gpu},
};

const GATED: Output = Output::Gated(Activation::Silu);

fn shape(columns: u32, output: Output) -> Shape {
    Shape { columns, format: Format::Int8, source: Source::Given, output, cap: 0 }
}

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("matmul") else { return };
    let capped = Shape { cap: 30 << 16, ..shape(48, Output::Store) };
    let shapes = [
        capped,
        shape(16, Output::Store),
        shape(336, Output::Accumulate),
        shape(1104, GATED),
        shape(2064, Output::Gated(Activation::GeluTanh)),
        Shape { format: Format::Int4 { group: 32 }, ..shape(1120, Output::Accumulate) },
        Shape { format: Format::Int4 { group: 128 }, ..shape(384, GATED) },
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
        ("s3 += dot_rows(token_cells[x + 3u], w)", "s3 += dot_rows(token_cells[x + 2u], w)"),
        (
            "let token = first_token + four_tokens;",
            "let token = first_token + four_tokens; s0 = clamp(s0, vec4<i32>(-16777216), vec4<i32>(16777216));",
        ),
        ("output[index] = add_fixed(output[index], value);", "output[index] = value;"),
    ];
    assert_refused(gpu, &recipe(shape, 16, Rows::All), &mistakes, |k, seed| {
        self_test(gpu, k, shape, (16, Rows::All), seed)
    });
    let shape = Shape { format: Format::Int4 { group: 64 }, ..shape };
    let shape = Shape { columns: 1152, ..shape };
    let mistakes = [
        ("* 30u", "* 28u"),
        ("return products * scales;", "return products;"),
        ("cell * 16u / GROUP;", "cell * 8u / GROUP;"),
        ("spread(w.y >> 16u)", "spread(w.x >> 16u)"),
    ];
    assert_refused(gpu, &recipe(shape, 32, Rows::All), &mistakes, |k, seed| {
        self_test(gpu, k, shape, (32, Rows::All), seed)
    });
}

//! GPU against CPU twin.

use super::*;
use crate::{
    product::{Activation, Format, Output, RowMax},
    testing::{assert_equal, assert_refused, gpu},
};

const NORMED: Source = Source::Normed { epsilon: 1 << 20 };

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("matvec") else { return };
    let attention = Source::Scaled(RowMax::Attention);
    let gated = Source::Scaled(RowMax::Gated);
    for (columns, source, output, cap) in [
        (16, Source::Given, Output::Store, 0),
        (96, attention, Output::Accumulate, 0),
        (320, NORMED, Output::Store, 0),
        (2064, gated, Output::Accumulate, 0),
        (2064, NORMED, Output::Gated(Activation::Silu), 0),
        (80, NORMED, Output::Gated(Activation::GeluTanh), 0),
        (80, Source::Given, Output::Gated(Activation::GeluErf), 0),
        (144, Source::Given, Output::Store, 30 << 16),
    ] {
        let shape = Shape { columns, format: Format::Int8, source, output, cap };
        let what = format!("{shape:?}");
        assert_equal(gpu, &recipe(shape), &what, |k, seed| self_test(gpu, k, shape, seed));
    }
}

#[test]
fn int4_weights_equal_the_cpu_twin() {
    let Some(gpu) = gpu("matvec, int4") else { return };
    let gated = Output::Gated(Activation::Silu);
    for (columns, group, source, output) in [
        (32, 32, Source::Given, Output::Store),
        (1152, 64, NORMED, gated),
        (2048, 128, Source::Scaled(RowMax::Gated), Output::Accumulate),
    ] {
        let shape = Shape { columns, format: Format::Int4 { group }, source, output, cap: 0 };
        let what = format!("{shape:?}");
        assert_equal(gpu, &recipe(shape), &what, |k, seed| self_test(gpu, k, shape, seed));
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong matvec") else { return };
    let output = Output::Gated(Activation::Silu);
    let format = Format::Int8;
    let shape = Shape { columns: 1104, format, source: NORMED, output, cap: 0 };
    let mistakes = [
        // A float's 24 bits, and sums that saturate there.
        (
            "total += partial_sums[local + i];",
            "total = clamp(total + partial_sums[local + i], -16777216, 16777216);",
        ),
        ("cell += 8u", "cell += 16u"),
        ("pair < shard.rows", "pair + 2u < shard.rows"),
        ("atomicMax(&row_max[GATED_MAX * STEP_TOKENS + token], u32(abs(value)));", ""),
        (
            "requantise(product, i32(e), 30u), g < 0",
            "requantise(product, i32(e), 30u), g < -1000000000",
        ),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
    let shape = Shape { output: Output::Accumulate, source: Source::Given, ..shape };
    let mistakes = [
        (
            "output[index] = add_fixed(output[index], value);",
            "output[index] = output[index] + value;",
        ),
        ("bitcast<i32>(scales[row].y)", "0"),
        ("total += partial_sums[local + i];", "total = (total + partial_sums[local + i]) & -2;"),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
    let shape = Shape { columns: 1152, format: Format::Int4 { group: 64 }, ..shape };
    let mistakes = [
        ("* 30u", "* 28u"),
        (" * group_scale(row, cell);", ";"),
        ("cell * 16u / GROUP;", "cell * 8u / GROUP;"),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
}

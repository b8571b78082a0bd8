//! GPU against CPU twin.

use super::*;
use crate::testing::{assert_equal, assert_refused, gpu};

#[test]
fn every_bit_equals_the_cpu_twin() {
    let Some(gpu) = gpu("rms_norm") else { return };
    let epsilons = [0, 1_374, 1 << 45];
    for (width, epsilon) in [32, 320, 2064].into_iter().zip(epsilons) {
        for rows in [Rows::All, Rows::Wanted] {
            let shape = Shape { width, epsilon, rows };
            let what = format!("{shape:?}");
            assert_equal(gpu, &recipe(shape), &what, |k, seed| self_test(gpu, k, shape, seed));
        }
    }
}

#[test]
fn mistakes_are_refused() {
    let Some(gpu) = gpu("wrong rms_norm") else { return };
    let shape = Shape { width: 96, epsilon: 1 << 20, rows: Rows::Wanted };
    let mistakes = [
        ("step.chosen[group.y & 63u]", "group.y"),
        (
            "max(32u - countLeadingZeros(largest), 15u) - 15u",
            "max(32u - countLeadingZeros(largest), 16u) - 16u",
        ),
        ("step < 2u", "step < 1u"),
        ("square >> 16u", "square >> 17u"),
        (
            "let even = select(32u + zeros_low, zeros_high,",
            "let even = select(zeros_low, zeros_high,",
        ),
    ];
    assert_refused(gpu, &recipe(shape), &mistakes, |k, seed| self_test(gpu, k, shape, seed));
}

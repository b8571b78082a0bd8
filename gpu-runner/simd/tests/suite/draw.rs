//! Adversarial values that a uniform draw would miss.

use proptest::prelude::*;
use stoa_exact::{FIXED_MAX, WeightScale};

/// Codes of one row: uniform over all 256 bytes, or all at one extreme, or alternating extremes.
pub fn codes(length: usize) -> impl Strategy<Value = Vec<i8>> {
    let extreme = prop_oneof![Just(127i8), Just(-127), Just(-128), Just(0), Just(1), Just(-1)];
    prop_oneof![
        4 => proptest::collection::vec(any::<i8>(), length),
        2 => extreme.prop_map(move |code| vec![code; length]),
        1 => any::<bool>().prop_map(move |flip| {
            (0..length).map(|i| if (i % 2 == 0) == flip { 127 } else { -128 }).collect()
        }),
    ]
}

/// A row of fixed values of one magnitude; sometimes all extreme, sometimes one spike.
pub fn fixed_row(length: usize) -> impl Strategy<Value = Vec<i32>> {
    let random = (0u32..=30).prop_flat_map(move |bits| {
        let limit = ((1i64 << bits) - 1).min(i64::from(FIXED_MAX)) as i32;
        proptest::collection::vec(-limit..=limit, length)
    });
    let flat = prop_oneof![Just(0), Just(FIXED_MAX), Just(-FIXED_MAX), Just(1)];
    prop_oneof![
        6 => random,
        2 => flat.prop_map(move |value| vec![value; length]),
        1 => (0..length.max(1)).prop_map(move |spike| {
            (0..length).map(|i| if i == spike { -FIXED_MAX } else { 1 }).collect()
        }),
    ]
}

/// Scales inside their bounds.
pub fn weight_scales(length: usize) -> impl Strategy<Value = Vec<WeightScale>> {
    let shifts = WeightScale::SHIFT_MIN..=WeightScale::SHIFT_MAX;
    let scale = (1u32 << 14..1 << 15, shifts);
    let scale = scale.prop_map(|(mantissa, shift)| WeightScale { mantissa, shift });
    proptest::collection::vec(scale, length)
}

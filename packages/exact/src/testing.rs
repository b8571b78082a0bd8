//! Helpers of the crate's tests: the extreme values that a random draw would miss.

use crate::FIXED_MAX;
use proptest::prelude::*;

/// Fixed values of every magnitude, the extremes included.
pub fn fixed() -> impl Strategy<Value = i32> {
    let by_magnitude = (0u32..=30, any::<i32>()).prop_map(|(bits, raw)| {
        let magnitude = (raw.unsigned_abs() & ((1u32 << bits) - 1)) as i32;
        if raw < 0 { -magnitude } else { magnitude }
    });
    prop_oneof![
        8 => by_magnitude,
        1 => Just(0),
        1 => Just(FIXED_MAX),
        1 => Just(-FIXED_MAX),
    ]
}

/// A row of fixed values of one magnitude.
pub fn row(width: usize) -> impl Strategy<Value = std::vec::Vec<i32>> {
    (0u32..=30).prop_flat_map(move |bits| {
        let limit = ((1i64 << bits) - 1) as i32;
        proptest::collection::vec(-limit..=limit, width)
    })
}

/// Distance that one rounding may leave, in units of the last place.
pub fn close(actual: i64, expected: f64, tolerance: f64) -> bool {
    (actual as f64 - expected).abs() <= tolerance
}

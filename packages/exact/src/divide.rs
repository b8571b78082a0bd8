//! Division of an exact sum by a count, with one rounding.

use crate::FIXED_MAX;

/// `sum / count` rounded half away from zero and saturated at ±[`FIXED_MAX`].
///
/// Bounds: `|sum| <= 2^46` and `1 <= count <= 2^16`, so twice the sum plus the count stays below 2^63. A mean of
/// fixed values never reaches the saturation.
pub fn divide_rounded(sum: i64, count: u32) -> i32 {
    let count = u64::from(count);
    let magnitude = (2 * sum.unsigned_abs() + count) / (2 * count);
    let magnitude = magnitude.min(FIXED_MAX as u64) as i32;
    if sum < 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(divide_rounded(3, 2), 2);
        assert_eq!(divide_rounded(-3, 2), -2);
        assert_eq!(divide_rounded(1, 3), 0);
        assert_eq!(divide_rounded(1 << 46, 1), FIXED_MAX);
    }

    proptest! {
        #[test]
        fn is_the_nearest_quotient(sum in -(1i64 << 46)..=1 << 46, count in 1u32..=1 << 16) {
            let expected = (sum as f64 / f64::from(count)).clamp(-f64::from(FIXED_MAX), FIXED_MAX.into());
            prop_assert!((f64::from(divide_rounded(sum, count)) - expected).abs() <= 0.5 + 1e-6);
        }
    }
}

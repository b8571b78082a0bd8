//! The one rounding: multiply to 64 bits, shift right, round half away from zero, saturate.

/// Largest magnitude of a fixed value: two of them add without leaving `i32`.
pub const FIXED_MAX: i32 = (1 << 30) - 1;

/// `round(value * multiplier / 2^shift)`, half away from zero, saturated at ±[`FIXED_MAX`].
///
/// Bounds: `shift <= 62`; `|multiplier| <= 2^30`, so that the product and its half stay below 2^63.
/// Working on magnitudes makes the function odd in both arguments and needs no signed wide type on a GPU.
pub fn requantise(value: i32, multiplier: i32, shift: u32) -> i32 {
    let product = u64::from(value.unsigned_abs()) * u64::from(multiplier.unsigned_abs());
    signed(round_shift(product, shift), (value < 0) != (multiplier < 0))
}

/// [`requantise`] of a 64-bit sum: `|value| <= 2^46`, `multiplier <= 2^16`, `shift <= 62`.
pub fn requantise_wide(value: i64, multiplier: u32, shift: u32) -> i32 {
    signed(round_shift(value.unsigned_abs() * u64::from(multiplier), shift), value < 0)
}

fn round_shift(product: u64, shift: u32) -> u32 {
    let half = if shift == 0 { 0 } else { 1u64 << (shift - 1) };
    let rounded = (product + half) >> shift;
    rounded.min(FIXED_MAX as u64) as u32
}

fn signed(magnitude: u32, negative: bool) -> i32 {
    if negative { -(magnitude as i32) } else { magnitude as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(requantise(3, 1, 1), 2);
        assert_eq!(requantise(-3, 1, 1), -2);
        assert_eq!(requantise(1, 1, 2), 0);
        assert_eq!(requantise(5, -7, 0), -35);
    }

    #[test]
    fn results_saturate_instead_of_wrapping() {
        assert_eq!(requantise(i32::MAX, 1 << 30, 0), FIXED_MAX);
        assert_eq!(requantise(i32::MIN + 1, 1 << 30, 0), -FIXED_MAX);
        assert_eq!(requantise(i32::MAX, 1 << 30, 62), 0);
        assert_eq!(requantise_wide(-(1 << 46), 1 << 16, 10), -FIXED_MAX);
    }

    proptest! {
        #[test]
        fn equals_the_rounded_quotient(value in -i32::MAX..=i32::MAX, multiplier in -(1i32 << 30)..=1 << 30, shift in 0u32..=62) {
            let exact = i128::from(value) * i128::from(multiplier);
            let divisor = 1i128 << shift;
            let magnitude = (2 * exact.abs() + divisor) / (2 * divisor);
            let expected = (exact.signum() * magnitude).clamp(-i128::from(FIXED_MAX), i128::from(FIXED_MAX));
            prop_assert_eq!(i128::from(requantise(value, multiplier, shift)), expected);
        }

        #[test]
        fn the_wide_form_agrees_with_the_narrow_one(value in -i32::MAX..=i32::MAX, multiplier in 0u32..=1 << 16, shift in 0u32..=62) {
            prop_assert_eq!(requantise_wide(value.into(), multiplier, shift), requantise(value, multiplier as i32, shift));
        }
    }
}

//! Embedding lookup: one int8 weight row to fixed point.

use crate::{WeightScale, requantise};

/// `output[i] = round(codes[i] * 127 * mantissa / 2^(shift - 16))`: the row of a token as fixed values.
///
/// The factor 127 undoes the 1/127 inside [`WeightScale`]. Rounding point: [`requantise`].
pub fn embed_row(codes: &[i8], scale: WeightScale, output: &mut [i32]) {
    for (value, code) in output.iter_mut().zip(codes) {
        *value = requantise(
            i32::from(*code) * 127,
            scale.mantissa as i32,
            scale.shift - WeightScale::SHIFT_MIN,
        );
    }
}

/// One element of a token's row, times a factor: `requantise(127 * step, mantissa * factor mantissa, shift - 16 + factor
/// shift)`, one rounding.
///
/// `step` is the code, or with int4 weights code times group scale: below 2^12. The factor is `mantissa * 2^-shift` with
/// a mantissa in `[2^14, 2^15)`; `2^14 * 2^-14` is 1 and gives [`embed_row`]. `bounds::embedding_factor` keeps the
/// multiplier below 2^30 and the shift in 6 to 46.
pub fn embed_element(step: i32, scale: WeightScale, factor: WeightScale) -> i32 {
    let multiplier = (scale.mantissa * factor.mantissa) as i32;
    requantise(step * 127, multiplier, scale.shift - WeightScale::SHIFT_MIN + factor.shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ONE: WeightScale = WeightScale { mantissa: 1 << 14, shift: 14 };

    #[test]
    fn the_factor_is_inside_the_one_rounding() {
        // sqrt(3072) = 28378 * 2^-9 (rounded); the plain element is 516.07.
        let scale = WeightScale { mantissa: 16644, shift: 28 };
        assert_eq!(embed_element(1, scale, WeightScale { mantissa: 28378, shift: 9 }), 28603);
        assert_eq!(embed_element(-1, scale, ONE), -516);
    }

    proptest! {
        #[test]
        fn a_factor_of_one_changes_nothing(code in -127i8..=127, mantissa in 1u32 << 14..1 << 15, shift in 16u32..=48) {
            let scale = WeightScale { mantissa, shift };
            let mut output = [0];
            embed_row(&[code], scale, &mut output);
            prop_assert_eq!(embed_element(code.into(), scale, ONE), output[0]);
        }

        #[test]
        fn agrees_with_real_numbers(
            step in -2040i32..=2040, mantissa in 1u32 << 14..1 << 15, shift in 16u32..=48,
            factor in 1u32 << 14..1 << 15, places in 6u32..=14,
        ) {
            let factor = WeightScale { mantissa: factor, shift: places };
            let real = f64::from(step) * 127.0 * f64::from(mantissa) * f64::from(factor.mantissa)
                * 2f64.powi(16 - shift as i32 - places as i32);
            let limit = f64::from(crate::FIXED_MAX);
            let actual = embed_element(step, WeightScale { mantissa, shift }, factor);
            prop_assert!((f64::from(actual) - real.clamp(-limit, limit)).abs() <= 0.5);
        }
    }

    #[test]
    fn a_full_code_gives_the_row_maximum() {
        // max|w| = 1: scale 1 / 127^2 = 16644 * 2^-28 (rounded).
        let mut output = [0; 3];
        embed_row(&[127, -127, 1], WeightScale { mantissa: 16644, shift: 28 }, &mut output);
        assert_eq!(output, [65540, -65540, 516]);
    }
}

//! Dynamic int8 quantisation of one row of fixed values.

use crate::{RowScale, requantise};

/// Largest magnitude of a row of fixed values.
pub fn row_max(row: &[i32]) -> u32 {
    row.iter().fold(0, |max, value| max.max(value.unsigned_abs()))
}

/// int8 code of one element: `round(value * reciprocal / 2^(bits + 8))`, between -127 and 127.
///
/// Rounding point: [`requantise`]. The product is below `2^31 * 2^16`.
pub fn quantise_value(value: i32, scale: RowScale) -> i8 {
    requantise(value, scale.reciprocal() as i32, scale.bits + 8) as i8
}

/// Quantises `row` into `codes` (same length) and returns the scale of the row.
pub fn quantise_row(row: &[i32], codes: &mut [i8]) -> RowScale {
    debug_assert_eq!(row.len(), codes.len());
    let scale = RowScale::of_max(row_max(row));
    let multiplier = scale.reciprocal() as i32;
    let shift = scale.bits + 8;
    for (code, value) in codes.iter_mut().zip(row) {
        *code = requantise(*value, multiplier, shift) as i8;
    }
    scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FIXED_MAX, testing};
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        let mut codes = [0i8; 4];
        let scale = quantise_row(&[65536, -32768, 255, 0], &mut codes);
        assert_eq!((scale.mantissa, scale.bits), (16385, 17));
        assert_eq!(codes, [127, -63, 0, 0]);
        quantise_row(&[FIXED_MAX, -FIXED_MAX, 1 << 29, 0], &mut codes);
        assert_eq!(codes, [127, -127, 64, 0]);
        quantise_row(&[0, 0, 0, 0], &mut codes);
        assert_eq!(codes, [0; 4]);
    }

    proptest! {
        #[test]
        fn the_error_is_at_most_half_a_step(row in testing::row(32)) {
            let mut codes = [0i8; 32];
            let scale = quantise_row(&row, &mut codes);
            let step = f64::from(scale.mantissa) * 2f64.powi(scale.bits as i32 - 15) / 127.0;
            for (value, code) in row.iter().zip(codes) {
                prop_assert!((-127..=127).contains(&code));
                prop_assert!((f64::from(*value) - f64::from(code) * step).abs() <= step * 0.51);
            }
        }
    }
}

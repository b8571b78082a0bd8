//! int8 x int8 matrix-vector product with an exact 32-bit accumulator and one rounding an output.

use crate::{RowScale, WeightScale, requantise};

/// Exact sum of products of int8 codes; `a.len() <= bounds::MAX_PRODUCT_WIDTH` keeps it inside `i32`.
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    debug_assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(x, y)| i32::from(i16::from(*x) * i16::from(*y))).sum()
}

/// One output in fixed point: `round(sum * (row mantissa * weight mantissa) / 2^(weight shift + 15 - bits))`.
///
/// Rounding point: [`requantise`]; the multiplier is at most 2^30 and the shift is 0 to 62.
pub fn matvec_element(accumulator: i32, scale: RowScale, weight: WeightScale) -> i32 {
    let multiplier = (scale.mantissa * weight.mantissa) as i32;
    requantise(accumulator, multiplier, weight.shift + 15 - scale.bits)
}

/// `output[r] = weights[r] · codes`, weights row-major `[output.len()][codes.len()]`, output in fixed point.
pub fn matvec(
    codes: &[i8],
    scale: RowScale,
    weights: &[i8],
    scales: &[WeightScale],
    output: &mut [i32],
) {
    debug_assert_eq!(weights.len(), codes.len() * output.len());
    let rows = weights.chunks_exact(codes.len()).zip(scales);
    for (value, (row, weight)) in output.iter_mut().zip(rows) {
        *value = matvec_element(dot(row, codes), scale, *weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use proptest::prelude::*;

    #[test]
    fn known_answer() {
        let weight = WeightScale { mantissa: 16384, shift: 28 };
        let scale = RowScale { mantissa: 16385, bits: 17 };
        let mut output = [0; 2];
        matvec(&[127, 0, -127, 5], scale, &[127, 1, 0, 0, 0, 0, 127, 1], &[weight; 2], &mut output);
        assert_eq!(output, [64520, -64500]);
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(
            codes in proptest::collection::vec(-127i8..=127, 64),
            weights in proptest::collection::vec(-127i8..=127, 64),
            maximum in 1u32..=crate::FIXED_MAX as u32,
            mantissa in 1u32 << 14..1 << 15,
            shift in WeightScale::SHIFT_MIN..=WeightScale::SHIFT_MAX,
        ) {
            let scale = RowScale::of_max(maximum);
            let mut output = [0];
            matvec(&codes, scale, &weights, &[WeightScale { mantissa, shift }], &mut output);
            let sum: f64 = codes.iter().zip(&weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let real = sum * f64::from(scale.mantissa) * 2f64.powi(scale.bits as i32 - 15)
                * f64::from(mantissa) * 2f64.powi(-(shift as i32));
            let limit = f64::from(crate::FIXED_MAX);
            prop_assert!(testing::close(output[0].into(), real.clamp(-limit, limit), 0.5 + real.abs() * 1e-12));
        }
    }
}

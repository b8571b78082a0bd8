//! LayerNorm over one row: the rounded mean, then the norm of what is left, weights and bias.

use crate::{RmsNorm, add_fixed, divide_rounded};

/// What normalises one row: an element becomes [`RmsNorm::apply`] of `x - mean`, plus its bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerNorm {
    /// Mean of the row, a fixed value.
    pub mean: i32,
    /// Norm of the centred row.
    pub norm: RmsNorm,
}

impl LayerNorm {
    /// Derives mean and factor of a row.
    ///
    /// Rounding point: the mean is [`divide_rounded`] of the exact sum. Centred elements are below 2^31, so the cut
    /// is at most 16 and the shift at most 47.
    pub fn of_row(row: &[i32], epsilon: u64) -> Self {
        let sum: i64 = row.iter().map(|value| i64::from(*value)).sum();
        let mean = divide_rounded(sum, row.len() as u32);
        let norm = RmsNorm::of_values(row.iter().map(|value| value - mean), epsilon);
        Self { mean, norm }
    }

    /// One element; `weight` is the norm weight times sqrt(width), `bias` a fixed value.
    pub fn apply(self, value: i32, weight: i32, bias: i32) -> i32 {
        add_fixed(self.norm.apply(value - self.mean, weight), bias)
    }
}

/// Normalises `row` into `output`; `weights[i]` is `round(w * sqrt(width) * 2^16)`, `biases[i]` is `round(b * 2^16)`.
pub fn layer_norm(row: &[i32], weights: &[i32], biases: &[i32], epsilon: u64, output: &mut [i32]) {
    let norm = LayerNorm::of_row(row, epsilon);
    let parameters = weights.iter().zip(biases);
    for ((out, value), (weight, bias)) in output.iter_mut().zip(row).zip(parameters) {
        *out = norm.apply(*value, *weight, *bias);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FIXED_MAX, testing};
    use proptest::prelude::*;

    const WIDTH: usize = 64;
    const WEIGHT: i32 = 8 << 16; // 1.0 * sqrt(64)

    #[test]
    fn a_constant_row_becomes_the_bias() {
        for value in [0, 7, -FIXED_MAX, FIXED_MAX] {
            let mut output = [1; WIDTH];
            layer_norm(&[value; WIDTH], &[WEIGHT; WIDTH], &[-300; WIDTH], 0, &mut output);
            assert_eq!(output, [-300; WIDTH]);
        }
    }

    #[test]
    fn the_widest_centred_row_stays_inside_its_bounds() {
        let mut row = [-FIXED_MAX; WIDTH];
        row[0] = FIXED_MAX;
        let norm = LayerNorm::of_row(&row, crate::bounds::MAX_EPSILON);
        assert!(norm.norm.shift <= 47);
        assert!((norm.apply(row[0], WEIGHT, 0) - 520_000).abs() < 1000);
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(row in testing::row(WIDTH), bias in -200_000i32..200_000) {
            let mut output = [0; WIDTH];
            layer_norm(&row, &[WEIGHT; WIDTH], &[bias; WIDTH], 0, &mut output);
            let mean = row.iter().map(|x| f64::from(*x)).sum::<f64>() / WIDTH as f64;
            let square = |x: &i32| (f64::from(*x) - mean).powi(2);
            let deviation = (row.iter().map(square).sum::<f64>() / WIDTH as f64).sqrt();
            // The mean is rounded to a unit: below some hundred units that alone is visible.
            prop_assume!(deviation > 256.0);
            for (value, actual) in row.iter().zip(output) {
                let real = (f64::from(*value) - mean) / deviation * 65536.0;
                let tolerance = 2.0 + real.abs() * 2f64.powi(-12) + 65536.0 / deviation;
                prop_assert!(testing::close(actual.into(), real + f64::from(bias), tolerance), "{actual} {real}");
            }
        }
    }
}

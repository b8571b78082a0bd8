//! RMSNorm over one row: 64-bit sum of squares, integer reciprocal square root, two roundings an element.

use crate::{requantise, rsqrt_q30};

/// What normalises one row: every element becomes `requantise(requantise(x, multiplier, shift), weight, 30)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RmsNorm {
    /// `1 / sqrt` of the regularised sum of squares, Q30, at most 2^30.
    pub multiplier: u32,
    /// Shift that brings `x * multiplier` to Q30 of `x / sqrt(sum)`; 0 to 47.
    pub shift: u32,
}

impl RmsNorm {
    /// Derives the factor of a row.
    ///
    /// `epsilon` is `round(eps * width * 2^32)`, below 2^46. Elements are cut by `k = max(0, bit length of the
    /// row maximum - 15)` (magnitudes, rounding down) so that squares fit 32 bits; `width <= 2^16` keeps the sum
    /// below 2^47. `T = max(1, sum + (epsilon >> 2k))` is normalised by an even shift to `f` in `[2^30, 2^32)`.
    pub fn of_row(row: &[i32], epsilon: u64) -> Self {
        Self::of_values(row.iter().copied(), epsilon)
    }

    /// [`RmsNorm::of_row`] of values that are not stored; magnitudes below 2^31.
    pub fn of_values(values: impl Iterator<Item = i32> + Clone, epsilon: u64) -> Self {
        let row_max = values.clone().fold(0, |max: u32, value| max.max(value.unsigned_abs()));
        let cut = Self::cut(row_max);
        let sum: u64 = values
            .map(|value| {
                let magnitude = value.unsigned_abs() >> cut;
                u64::from(magnitude * magnitude)
            })
            .sum();
        Self::of_sums(row_max, sum, epsilon)
    }

    /// Bits that elements lose before they are squared.
    pub const fn cut(row_max: u32) -> u32 {
        (u32::BITS - row_max.leading_zeros()).saturating_sub(15)
    }

    /// From the two reductions over the row: its largest magnitude and the sum of the squares of what
    /// [`RmsNorm::cut`] leaves, below 2^47.
    pub fn of_sums(row_max: u32, sum: u64, epsilon: u64) -> Self {
        let cut = Self::cut(row_max);
        let total = (sum + (epsilon >> (2 * cut))).max(1);
        let even = total.leading_zeros() & !1;
        let f = ((total << even) >> 32) as u32;
        Self { multiplier: rsqrt_q30(f), shift: 31 + cut - even / 2 }
    }

    /// `value / sqrt(sum of squares)` in Q30, saturated at [`FIXED_MAX`](crate::FIXED_MAX): the first of the two roundings.
    pub fn unit(self, value: i32) -> i32 {
        requantise(value, self.multiplier as i32, self.shift)
    }

    /// One normalised element in fixed point; `weight` is the norm weight times sqrt(width), fixed point.
    pub fn apply(self, value: i32, weight: i32) -> i32 {
        requantise(self.unit(value), weight, 30)
    }
}

/// Normalises `row` into `output`; `weights[i]` is `round(w * sqrt(width) * 2^16)`.
pub fn rms_norm(row: &[i32], weights: &[i32], epsilon: u64, output: &mut [i32]) {
    let norm = RmsNorm::of_row(row, epsilon);
    for ((out, value), weight) in output.iter_mut().zip(row).zip(weights) {
        *out = norm.apply(*value, *weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FIXED_MAX, testing};
    use proptest::prelude::*;
    use std::vec;

    const WIDTH: usize = 64;
    const WEIGHT: i32 = 8 << 16; // 1.0 * sqrt(64)

    #[test]
    fn an_all_zero_row_stays_zero() {
        let mut output = [1; WIDTH];
        rms_norm(&[0; WIDTH], &[WEIGHT; WIDTH], 0, &mut output);
        assert_eq!(output, [0; WIDTH]);
    }

    #[test]
    fn equal_elements_become_one() {
        for value in [65536, FIXED_MAX] {
            let mut output = [0; WIDTH];
            rms_norm(&[value; WIDTH], &[WEIGHT; WIDTH], 0, &mut output);
            assert!(output.iter().all(|y| (y - 65536).abs() <= 3), "{}", output[0]);
        }
    }

    #[test]
    fn known_answer() {
        let norm = RmsNorm::of_row(&[65536, -131072, 300, 7], 171_799);
        assert_eq!((norm.multiplier, norm.shift), (960_378_079, 17));
        assert_eq!(norm.apply(-131072, 2 << 16), -117_234);
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(row in testing::row(WIDTH), epsilon in 0.0f64..1e-2) {
            let width = WIDTH as f64;
            let fixed_epsilon = (epsilon * width * 2f64.powi(32)).round();
            let mut output = vec![0; WIDTH];
            rms_norm(&row, &[WEIGHT; WIDTH], fixed_epsilon as u64, &mut output);
            let mean: f64 = row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / width;
            let regularised = mean + fixed_epsilon / width;
            prop_assume!(regularised >= 1.0);
            for (value, actual) in row.iter().zip(output) {
                let real = f64::from(*value) / regularised.sqrt() * 65536.0;
                // 15-bit elements in the sum leave 2^-12 relative in the worst draw; two roundings leave 1.
                prop_assert!(testing::close(actual.into(), real, 1.0 + real.abs() * 2f64.powi(-12)), "{actual} {real}");
            }
        }
    }
}

//! From hidden rows to one embedding: mean over positions, L2 norm.

use crate::{RmsNorm, divide_rounded};

/// `output[i] = mean of rows[p][i]`: rows of `output.len()` fixed values, 1 to 2^16 of them.
///
/// Rounding point: [`divide_rounded`] of the exact 64-bit sum.
pub fn mean_pool(rows: &[i32], output: &mut [i32]) {
    let width = output.len();
    let count = (rows.len() / width) as u32;
    for (index, out) in output.iter_mut().enumerate() {
        let column = rows.iter().skip(index).step_by(width);
        *out = divide_rounded(column.map(|value| i64::from(*value)).sum(), count);
    }
}

/// `output[i] = row[i] / |row|` in Q30; an all-zero row stays zero.
///
/// The factor is that of RMSNorm with `epsilon = 0`; rounding point: [`RmsNorm::unit`].
pub fn l2_normalise(row: &[i32], output: &mut [i32]) {
    let norm = RmsNorm::of_row(row, 0);
    for (out, value) in output.iter_mut().zip(row) {
        *out = norm.unit(*value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FIXED_MAX, testing};
    use proptest::prelude::*;

    #[test]
    fn the_mean_of_extremes_is_exact() {
        let mut output = [0; 2];
        mean_pool(&[FIXED_MAX, 1, FIXED_MAX, 2], &mut output);
        assert_eq!(output, [FIXED_MAX, 2]);
        l2_normalise(&[0, 0], &mut output);
        assert_eq!(output, [0, 0]);
        l2_normalise(&[FIXED_MAX, 0], &mut output);
        assert!(output[0] > FIXED_MAX / 10_000 * 9_998);
    }

    proptest! {
        #[test]
        fn the_length_becomes_one(row in testing::row(48)) {
            let length = row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
            prop_assume!(length > 100.0);
            let mut output = [0; 48];
            l2_normalise(&row, &mut output);
            for (value, actual) in row.iter().zip(output) {
                let real = f64::from(*value) / length * 2f64.powi(30);
                prop_assert!(testing::close(actual.into(), real, 1.0 + 2f64.powi(18)), "{actual} {real}");
            }
        }
    }
}

//! Attention of one query head over the cached keys and values of its key-value head: two passes, no rescaling.
//!
//! Keys and values are int8 codes with one [`RowScale`] a position; scores are Q16 in units of log2.

use crate::{
    FIXED_MAX, RowScale, SoftCap, WeightScale, exp2_negative_q15, requantise, requantise_wide,
};

/// `round(2^22 / 127)`: takes the 1/127 of the value codes into the reciprocal of the softmax sum.
pub const VALUE_STEP_Q22: u32 = 33_026;

/// What turns the products of one query head into scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreScale {
    /// Query scale times the model's score constant, at most 2^15.
    pub mantissa: u32,
    /// Shift before the bit length of the key's scale is taken off.
    pub shift: u32,
}

impl ScoreScale {
    /// Joins the scale of a query head with the model's constant `log2(e) / (127^2 * sqrt(head width))`.
    ///
    /// Rounding point: `mantissa = (query * constant + 2^14) >> 15`.
    pub const fn of_query(query: RowScale, constant: WeightScale) -> Self {
        let mantissa = (query.mantissa * constant.mantissa + (1 << 14)) >> 15;
        Self { mantissa, shift: constant.shift + 31 - query.bits }
    }

    /// Score of one position: `round(product * (mantissa * key mantissa) / 2^(shift - key bits))`.
    ///
    /// Bound: `constant.shift >= 29` and scales of at most 30 bits keep the shift in 0 to 62.
    pub fn score(self, product: i32, key: RowScale) -> i32 {
        requantise(product, (self.mantissa * key.mantissa) as i32, self.shift - key.bits)
    }
}

/// Softmax numerator of a score against the largest one: `2^(score - max)` in Q15, exactly 2^15 for the largest.
pub fn softmax_numerator(score: i32, max: i32) -> u32 {
    exp2_negative_q15((max - score) as u32)
}

/// Numerator times value scale, relative to the largest value scale of the head: at most 2^15.
///
/// Rounding point: `(numerator * mantissa + 2^(d-1)) >> d` with `d = 15 + max_bits - bits`; 0 for `d > 31`.
pub const fn mix_weight(numerator: u32, value: RowScale, max_bits: u32) -> u32 {
    let shift = 15 + max_bits - value.bits;
    if shift > 31 { 0 } else { (numerator * value.mantissa + (1 << (shift - 1))) >> shift }
}

/// What turns a weighted sum of value codes into a fixed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MixScale {
    /// Reciprocal of `127 * sum` as a mantissa, below 2^16.
    pub multiplier: u32,
    /// Shift of the last rounding.
    pub shift: u32,
}

impl MixScale {
    /// From the sum of the numerators (`2^15 <= sum < 2^31`) and the largest value scale.
    ///
    /// `len` = bit length of the sum; `t = sum >> (len - 16)`; `r = floor(2^31 / t)`;
    /// `multiplier = (r * VALUE_STEP_Q22 + 2^15) >> 16`; `shift = 21 + len - max_bits`.
    pub const fn of_sum(sum: u32, max_bits: u32) -> Self {
        let len = 32 - sum.leading_zeros();
        let reciprocal = (1u32 << 31) / (sum >> (len - 16));
        // At most 2^16 * 33026 + 2^15 < 2^32.
        let multiplier = (reciprocal * VALUE_STEP_Q22 + (1 << 15)) >> 16;
        Self { multiplier, shift: 21 + len - max_bits }
    }

    /// One output element; `|sum| <= 127 * 2^15 * positions`.
    pub fn apply(self, sum: i64) -> i32 {
        requantise_wide(sum, self.multiplier, self.shift)
    }
}

/// Quantised keys or values of one key-value head, positions in order.
#[derive(Debug, Clone, Copy)]
pub struct HeadCache<'a> {
    /// Codes, `[positions][head width]`.
    pub codes: &'a [i8],
    /// One scale a position.
    pub scales: &'a [RowScale],
}

/// One query head over `scales.len()` positions: fixed-point output of `query.len()` elements.
///
/// `scores` and `sums` are scratch of `scales.len()` and `query.len()` elements.
pub fn attend(
    query: &[i8],
    scale: ScoreScale,
    keys: HeadCache<'_>,
    values: HeadCache<'_>,
    scratch: (&mut [i32], &mut [i64]),
    output: &mut [i32],
) {
    attend_capped(query, scale, None, keys, values, scratch, output);
}

/// [`attend`] with scores that go through a cap, `round(c * log2(e) * 2^16)` for a cap `c`.
pub fn attend_capped(
    query: &[i8],
    scale: ScoreScale,
    cap: Option<SoftCap>,
    keys: HeadCache<'_>,
    values: HeadCache<'_>,
    scratch: (&mut [i32], &mut [i64]),
    output: &mut [i32],
) {
    let (scores, sums) = scratch;
    let width = query.len();
    let mut max = -FIXED_MAX;
    let mut max_bits = 1;
    for (position, score) in scores.iter_mut().enumerate() {
        let key = &keys.codes[position * width..][..width];
        let plain = scale.score(crate::dot(query, key), keys.scales[position]);
        *score = cap.map_or(plain, |cap| cap.apply(plain));
        max = max.max(*score);
        max_bits = max_bits.max(values.scales[position].bits);
    }
    let mut numerators = 0;
    sums.fill(0);
    for (position, score) in scores.iter().enumerate() {
        let numerator = softmax_numerator(*score, max);
        numerators += numerator;
        let weight = mix_weight(numerator, values.scales[position], max_bits);
        if weight == 0 {
            continue;
        }
        let value = &values.codes[position * width..][..width];
        for (sum, code) in sums.iter_mut().zip(value) {
            *sum += i64::from(weight as i32 * i32::from(*code));
        }
    }
    let mix = MixScale::of_sum(numerators, max_bits);
    for (out, sum) in output.iter_mut().zip(sums.iter()) {
        *out = mix.apply(*sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantise_row;
    use proptest::prelude::*;
    use std::{vec, vec::Vec};

    const WIDTH: usize = 16;
    const POSITIONS: usize = 24;
    /// log2(e) / (127^2 * 4) = 24012 * 2^-30 (rounded).
    const CONSTANT: WeightScale = WeightScale { mantissa: 24_011, shift: 30 };

    fn quantised(rows: &[Vec<i32>]) -> (Vec<i8>, Vec<RowScale>) {
        let mut codes = vec![0; rows.len() * WIDTH];
        let scales = rows.iter().zip(codes.chunks_exact_mut(WIDTH));
        let scales = scales.map(|(row, codes)| quantise_row(row, codes)).collect();
        (codes, scales)
    }

    fn run(query: &[i32], keys: &[Vec<i32>], values: &[Vec<i32>]) -> Vec<i32> {
        let mut query_codes = [0; WIDTH];
        let scale = ScoreScale::of_query(quantise_row(query, &mut query_codes), CONSTANT);
        let (key_codes, key_scales) = quantised(keys);
        let (value_codes, value_scales) = quantised(values);
        let mut output = vec![0; WIDTH];
        attend(
            &query_codes,
            scale,
            HeadCache { codes: &key_codes, scales: &key_scales },
            HeadCache { codes: &value_codes, scales: &value_scales },
            (&mut vec![0; keys.len()], &mut [0; WIDTH]),
            &mut output,
        );
        output
    }

    fn real(query: &[i32], keys: &[Vec<i32>], values: &[Vec<i32>]) -> Vec<f64> {
        let one = |v: i32| f64::from(v) / 65536.0;
        let dot =
            |k: &Vec<i32>| -> f64 { query.iter().zip(k).map(|(a, b)| one(*a) * one(*b)).sum() };
        let scores: Vec<f64> = keys.iter().map(|k| dot(k) / 4.0).collect();
        let max = scores.iter().copied().fold(f64::MIN, f64::max);
        let shares: Vec<f64> = scores.iter().map(|s| (s - max).exp()).collect();
        let total: f64 = shares.iter().sum();
        (0..WIDTH)
            .map(|i| shares.iter().zip(values).map(|(p, v)| p * one(v[i])).sum::<f64>() / total)
            .collect()
    }

    #[test]
    fn one_position_returns_its_value() {
        let value: Vec<i32> = (0..WIDTH as i32).map(|i| (i - 8) * 8192).collect();
        let output = run(&[65536; WIDTH], &[vec![65536; WIDTH]], core::slice::from_ref(&value));
        assert!(output.iter().zip(&value).all(|(a, b)| (a - b).abs() <= 260), "{output:?}");
    }

    #[test]
    fn extreme_rows_stay_inside_every_bound() {
        let high = vec![vec![FIXED_MAX; WIDTH]; POSITIONS];
        let low = vec![vec![-FIXED_MAX; WIDTH]; POSITIONS];
        assert!(run(&high[0], &high, &low).iter().all(|v| *v < -FIXED_MAX / 100 * 98));
        assert_eq!(run(&[0; WIDTH], &low[..3], &vec![vec![0; WIDTH]; 3]), vec![0; WIDTH]);
        assert_eq!(ScoreScale::of_query(RowScale::of_max(FIXED_MAX as u32), CONSTANT).shift, 31);
    }

    #[test]
    fn a_value_scale_far_below_the_largest_adds_nothing() {
        let small = RowScale::of_max(1);
        assert_eq!(mix_weight(1 << 15, small, 30), 0);
        assert_eq!(mix_weight(1 << 15, RowScale { mantissa: 1 << 15, bits: 5 }, 5), 1 << 15);
    }

    proptest! {
        #[test]
        fn agrees_with_real_attention(
            query in proptest::collection::vec(-131_072i32..=131_072, WIDTH),
            keys in proptest::collection::vec(proptest::collection::vec(-131_072i32..=131_072, WIDTH), POSITIONS),
            values in proptest::collection::vec(proptest::collection::vec(-131_072i32..=131_072, WIDTH), POSITIONS),
        ) {
            // int8 codes of q, k and v: scores within about 0.1, values within 1/254 of 2.0.
            for (actual, expected) in run(&query, &keys, &values).iter().zip(real(&query, &keys, &values)) {
                let actual = f64::from(*actual) / 65536.0;
                prop_assert!((actual - expected).abs() < 0.15, "{actual} {expected}");
            }
        }

        #[test]
        fn the_mix_scale_is_the_reciprocal(sum in 1u32 << 15..1 << 31, max_bits in 1u32..=30, total in -(1i64 << 38)..1i64 << 38) {
            let total = total.clamp(-127 * i64::from(sum), 127 * i64::from(sum));
            let real = total as f64 * 2f64.powi(max_bits as i32) / (127.0 * f64::from(sum));
            let actual = MixScale::of_sum(sum, max_bits).apply(total);
            prop_assert!((f64::from(actual) - real).abs() <= 1.0 + real.abs() * 2f64.powi(-13));
        }
    }
}

//! The long loops of attention: scores, softmax weights and the weighted sum of value codes.

use stoa_exact::{FIXED_MAX, RowScale, attention::ScoreScale};

use crate::{isa::Isa, lanes};

/// Positions whose weighted codes fit an `i32`: `2^15 * 127 * 512 < 2^31`.
const BLOCK_POSITIONS: usize = 512;
/// Channels that one pass over the positions sums in registers.
const BLOCK_CHANNELS: usize = 16;

impl Isa {
    /// Products of a query with keys to scores in place ([`ScoreScale::score`]); returns the largest.
    pub fn scores(self, products: &mut [i32], scale: ScoreScale, keys: &[RowScale]) -> i32 {
        self.vectorised(|| {
            let mut max = -FIXED_MAX;
            for (product, key) in products.iter_mut().zip(keys) {
                let multiplier = scale.mantissa.wrapping_mul(key.mantissa) as i32;
                let score =
                    lanes::requantise(*product, multiplier, scale.shift.wrapping_sub(key.bits));
                *product = score;
                max = max.max(score);
            }
            max
        })
    }

    /// Scores to weights in place (`softmax_numerator`, `mix_weight`); returns the sum of the numerators.
    pub fn mix_weights(
        self,
        scores: &mut [i32],
        max: i32,
        values: &[RowScale],
        max_bits: u32,
    ) -> u32 {
        self.vectorised(|| {
            let mut sum = 0u32;
            for (score, value) in scores.iter_mut().zip(values) {
                let numerator = lanes::exp2_negative_q15(max.wrapping_sub(*score) as u32);
                sum = sum.wrapping_add(numerator);
                let shift = max_bits.wrapping_add(15).wrapping_sub(value.bits);
                let half = 1u32.wrapping_shl(shift.wrapping_sub(1));
                let weight = numerator.wrapping_mul(value.mantissa).wrapping_add(half);
                *score = if shift > 31 { 0 } else { weight.wrapping_shr(shift) as i32 };
            }
            sum
        })
    }

    /// `sums[i] = Σ weights[u] * codes[u][i]`; weights are at most 2^15, `codes` is `[positions][sums.len()]`.
    pub fn mix(self, weights: &[i32], codes: &[i8], sums: &mut [i64]) {
        let width = sums.len();
        assert_eq!(codes.len(), weights.len() * width);
        self.vectorised(|| {
            sums.fill(0);
            let blocks = weights.chunks(BLOCK_POSITIONS).zip(codes.chunks(BLOCK_POSITIONS * width));
            for (weights, codes) in blocks {
                for (tile, sums) in sums.chunks_mut(BLOCK_CHANNELS).enumerate() {
                    let first = tile * BLOCK_CHANNELS;
                    match sums.as_mut_array::<BLOCK_CHANNELS>() {
                        Some(sums) => add_tile(sums, weights, codes, width, first),
                        None => add_channels(sums, weights, codes, width, first),
                    }
                }
            }
        });
    }
}

#[inline(always)]
fn add_tile(
    sums: &mut [i64; BLOCK_CHANNELS],
    weights: &[i32],
    codes: &[i8],
    width: usize,
    first: usize,
) {
    let mut totals = [0i32; BLOCK_CHANNELS];
    for (weight, row) in weights.iter().zip(codes.chunks_exact(width)) {
        if let Some(row) = row[first..].first_chunk::<BLOCK_CHANNELS>() {
            for (total, code) in totals.iter_mut().zip(row) {
                *total = total.wrapping_add(weight.wrapping_mul(i32::from(*code)));
            }
        }
    }
    for (sum, total) in sums.iter_mut().zip(totals) {
        *sum = sum.wrapping_add(i64::from(total));
    }
}

/// The last channels of a width that is no multiple of the tile.
#[inline(always)]
fn add_channels(sums: &mut [i64], weights: &[i32], codes: &[i8], width: usize, first: usize) {
    for (weight, row) in weights.iter().zip(codes.chunks_exact(width)) {
        for (sum, code) in sums.iter_mut().zip(&row[first..]) {
            *sum = sum.wrapping_add(i64::from(weight.wrapping_mul(i32::from(*code))));
        }
    }
}

//! The bounds that exclude overflow, checked once when a model is loaded.
//!
//! Accumulators never saturate: these bounds prove that they cannot leave their type. Everything after a
//! rounding point saturates at ±[`FIXED_MAX`](crate::FIXED_MAX) by definition.

use crate::WeightScale;

/// Most products in one int8 sum: `127 * 127 * 131_071 < 2^31`.
pub const MAX_PRODUCT_WIDTH: u32 = 131_071;
/// Widest normalised row: keeps the sum of 30-bit squares below 2^47.
pub const MAX_NORM_WIDTH: u32 = 1 << 16;
/// Most positions: keeps the softmax sum below 2^31 and the mixing sum below 2^38.
pub const MAX_POSITIONS: u32 = 1 << 16;
/// Largest accumulator of one weight row.
pub const MAX_ACCUMULATOR: i64 = i32::MAX as i64;
/// Regularisation of RMSNorm, `round(eps * width * 2^32)`.
pub const MAX_EPSILON: u64 = (1 << 46) - 1;
/// Smallest shift of the score constant.
pub const SCORE_SHIFT_MIN: u32 = 29;
/// Largest shift of the score constant.
pub const SCORE_SHIFT_MAX: u32 = 33;

/// Smallest shift of the factor of an embedding.
pub const EMBEDDING_SHIFT_MIN: u32 = 6;
/// Largest shift of the factor of an embedding: that of 1.
pub const EMBEDDING_SHIFT_MAX: u32 = 14;
/// Most token ids: keeps the sampler's sums of Q30 weights, times 1000, below 2^60.
pub const MAX_VOCABULARY: u32 = 1 << 20;

/// A bound that a model breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Name of the bound.
    pub bound: &'static str,
    /// Value that the model reaches.
    pub actual: i128,
    /// Largest allowed value.
    pub limit: i128,
}

const fn at_most(bound: &'static str, actual: i128, limit: i128) -> Result<(), Exceeded> {
    if actual <= limit { Ok(()) } else { Err(Exceeded { bound, actual, limit }) }
}

/// The number of products in one sum.
pub const fn product_width(width: u32) -> Result<(), Exceeded> {
    at_most("product width", width as i128, MAX_PRODUCT_WIDTH as i128)
}

/// What multiplies an embedding: 1 to below 512, as a normalised mantissa and a shift of 6 to 14.
pub const fn embedding_factor(factor: WeightScale) -> Result<(), Exceeded> {
    if factor.shift < EMBEDDING_SHIFT_MIN {
        let (actual, limit) = (EMBEDDING_SHIFT_MIN as i128, factor.shift as i128);
        return Err(Exceeded { bound: "embedding shift below 6", actual, limit });
    }
    if let Err(exceeded) =
        at_most("embedding shift", factor.shift as i128, EMBEDDING_SHIFT_MAX as i128)
    {
        return Err(exceeded);
    }
    normalised(factor.mantissa)
}

/// The largest accumulator that int8 activations can reach with this weight row.
pub fn accumulator(row: &[i8]) -> Result<(), Exceeded> {
    let sum: i64 = row.iter().map(|code| i64::from(code.unsigned_abs())).sum();
    at_most("accumulator", i128::from(sum * 127), MAX_ACCUMULATOR as i128)
}

/// [`accumulator`] of an int4 row: the sum over groups of `127 * scale * sum |code|`.
///
/// Groups as of [`INT4_GROUP_WIDTHS`](crate::INT4_GROUP_WIDTHS), which must divide the row.
pub fn int4_accumulator(weights: &[u8], scales: &[u8], group: u32) -> Result<(), Exceeded> {
    let width = 2 * weights.len() as u64;
    if !crate::INT4_GROUP_WIDTHS.contains(&group) || u64::from(group) * scales.len() as u64 != width
    {
        let actual = i128::from(group) * scales.len() as i128;
        return Err(Exceeded {
            bound: "int4 groups cover the row",
            actual,
            limit: i128::from(width),
        });
    }
    let sums = weights.chunks_exact(group as usize / 2).zip(scales).map(|(weights, scale)| {
        let codes = weights.iter().flat_map(|byte| crate::unpack_int4(*byte));
        codes.map(|code| i64::from(code.unsigned_abs())).sum::<i64>() * i64::from(*scale)
    });
    at_most("int4 accumulator", i128::from(sums.sum::<i64>() * 127), MAX_ACCUMULATOR as i128)
}

/// A bias in fixed point.
pub const fn bias(value: i64) -> Result<(), Exceeded> {
    at_most("bias", value.unsigned_abs() as i128, crate::FIXED_MAX as i128)
}

/// A cap in fixed point: at least one unit, at most [`FIXED_MAX`](crate::FIXED_MAX).
pub const fn soft_cap(cap: i64) -> Result<(), Exceeded> {
    if cap < 1 {
        return Err(Exceeded { bound: "soft cap below one unit", actual: 1, limit: cap as i128 });
    }
    at_most("soft cap", cap as i128, crate::FIXED_MAX as i128)
}

/// An entry of the rotary tables: at most 1 in Q1.30, so that it may be a multiplier.
pub const fn rotary(entry: i64) -> Result<(), Exceeded> {
    at_most("rotary entry", entry.unsigned_abs() as i128, crate::ROPE_ONE as i128)
}

/// The number of token ids.
pub const fn vocabulary(count: u32) -> Result<(), Exceeded> {
    at_most("vocabulary", count as i128, MAX_VOCABULARY as i128)
}

/// A weight scale: normalised mantissa, shift inside its range (a large weight means a small shift).
pub const fn weight_scale(scale: WeightScale) -> Result<(), Exceeded> {
    let largest_step = WeightScale::SHIFT_MAX as i128 - scale.shift as i128;
    let range = (WeightScale::SHIFT_MAX - WeightScale::SHIFT_MIN) as i128;
    if scale.shift > WeightScale::SHIFT_MAX {
        return at_most("weight shift", scale.shift as i128, WeightScale::SHIFT_MAX as i128);
    }
    if let Err(exceeded) = at_most("weight magnitude (log2 steps)", largest_step, range) {
        return Err(exceeded);
    }
    normalised(scale.mantissa)
}

const fn normalised(mantissa: u32) -> Result<(), Exceeded> {
    if mantissa < 1 << 14 {
        return Err(Exceeded {
            bound: "weight mantissa below 2^14",
            actual: 1 << 14,
            limit: mantissa as i128,
        });
    }
    at_most("weight mantissa", mantissa as i128, (1 << 15) - 1)
}

/// A norm weight in fixed point.
pub const fn norm_weight(weight: i64) -> Result<(), Exceeded> {
    at_most("norm weight", weight.unsigned_abs() as i128, crate::FIXED_MAX as i128)
}

/// The width and the regularisation of a norm.
pub const fn norm(width: u32, epsilon: u64) -> Result<(), Exceeded> {
    match at_most("norm width", width as i128, MAX_NORM_WIDTH as i128) {
        Ok(()) => at_most("norm epsilon", epsilon as i128, MAX_EPSILON as i128),
        Err(exceeded) => Err(exceeded),
    }
}

/// The score constant `log2(e) / (127^2 * sqrt(head width))`: in range for head widths 8 to 2048.
pub const fn score_scale(scale: WeightScale) -> Result<(), Exceeded> {
    if scale.shift < SCORE_SHIFT_MIN {
        return at_most("score shift below 29", SCORE_SHIFT_MIN as i128, scale.shift as i128);
    }
    at_most("score shift", scale.shift as i128, SCORE_SHIFT_MAX as i128)
}

/// The number of positions, of attention and of pooling.
pub const fn positions(count: u32) -> Result<(), Exceeded> {
    if count == 0 {
        return Err(Exceeded { bound: "positions below one", actual: 1, limit: 0 });
    }
    at_most("positions", count as i128, MAX_POSITIONS as i128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn the_widest_product_of_extreme_codes_fits_and_one_more_class_does_not() {
        assert!(product_width(MAX_PRODUCT_WIDTH).is_ok());
        assert_eq!(product_width(MAX_PRODUCT_WIDTH + 1).unwrap_err().bound, "product width");
        assert!(127i64 * 127 * i64::from(MAX_PRODUCT_WIDTH) < 1 << 31);
        assert!(accumulator(&vec![-127; MAX_PRODUCT_WIDTH as usize]).is_ok());
        assert!(accumulator(&vec![127; 140_000]).is_err());
    }

    #[test]
    fn scales_outside_their_range_are_named() {
        let scale = |mantissa, shift| WeightScale { mantissa, shift };
        assert!(weight_scale(scale(1 << 14, 16)).is_ok());
        assert!(weight_scale(scale((1 << 15) - 1, 48)).is_ok());
        assert_eq!(weight_scale(scale(1 << 14, 15)).unwrap_err().limit, 32);
        assert_eq!(weight_scale(scale(1 << 14, 49)).unwrap_err().bound, "weight shift");
        assert_eq!(weight_scale(scale(1 << 15, 20)).unwrap_err().bound, "weight mantissa");
        assert!(weight_scale(scale(5, 20)).is_err());
    }

    #[test]
    fn norms_and_positions_have_limits() {
        assert!(norm(1 << 16, MAX_EPSILON).is_ok());
        assert!(norm((1 << 16) + 1, 0).is_err());
        assert!(norm(64, 1 << 46).is_err());
        assert!(norm_weight(-(1 << 30)).is_err());
        assert!(positions(1 << 16).is_ok() && positions((1 << 16) + 1).is_err());
        assert!(positions(0).is_err());
        assert!(vocabulary(1 << 20).is_ok() && vocabulary((1 << 20) + 1).is_err());
    }

    #[test]
    fn biases_caps_and_rotary_entries_have_limits() {
        let most = i64::from(crate::FIXED_MAX);
        assert!(bias(-most).is_ok() && bias(-most - 1).is_err() && bias(i64::MIN).is_err());
        assert!(soft_cap(1).is_ok() && soft_cap(most).is_ok());
        assert!(soft_cap(0).is_err() && soft_cap(most + 1).is_err());
        assert!(rotary(-(1 << 30)).is_ok() && rotary((1 << 30) + 1).is_err());
    }

    #[test]
    fn factors_of_embeddings_outside_their_range_are_named() {
        let factor = |mantissa, shift| embedding_factor(WeightScale { mantissa, shift });
        assert!(factor(1 << 14, 14).is_ok() && factor((1 << 15) - 1, 6).is_ok());
        assert_eq!(factor(1 << 14, 5).unwrap_err().bound, "embedding shift below 6");
        assert_eq!(factor(1 << 14, 15).unwrap_err().bound, "embedding shift");
        assert!(factor(1 << 15, 10).is_err() && factor(1, 10).is_err());
    }

    #[test]
    fn an_int4_row_is_refused_where_its_sum_could_leave_32_bits() {
        // 127 * 255 * 8 * 8288 = 2_147_255_040 < 2^31; 32 inputs more pass it.
        let row = |width: usize| (vec![0x88u8; width / 2], vec![255u8; width / 32]);
        let (weights, scales) = row(8288);
        assert!(int4_accumulator(&weights, &scales, 32).is_ok());
        assert_eq!(crate::dot_int4(&vec![-127; 8288], &weights, &scales), 2_147_255_040);
        let (weights, scales) = row(8320);
        assert_eq!(int4_accumulator(&weights, &scales, 32).unwrap_err().bound, "int4 accumulator");
        let groups = int4_accumulator(&weights, &scales, 64).unwrap_err();
        assert_eq!(groups.bound, "int4 groups cover the row");
        assert!(int4_accumulator(&weights, &scales, 48).is_err());
    }
}

//! int4 weights with integer group scales: the second weight format.
//!
//! A weight is `code * group scale * 127 * mantissa * 2^-shift`: codes of 4 bits, one byte of scale for every group of
//! inputs, one [`WeightScale`](crate::WeightScale) a row. The sum over groups is exact, so the output rounds once, in
//! [`matvec_element`](crate::matvec_element), as with int8 weights.

/// Group widths that a package may use.
pub const INT4_GROUP_WIDTHS: [u32; 3] = [32, 64, 128];

/// The two codes of a byte, -8 to 7: the lower half holds the even index.
pub const fn unpack_int4(byte: u8) -> [i8; 2] {
    [((byte << 4) as i8) >> 4, (byte as i8) >> 4]
}

/// Exact `sum of scales[g] * (codes of group g · weights of group g)`; `weights` holds `codes.len() / 2` bytes.
///
/// The bound `int4 accumulator` keeps every partial sum inside `i32`.
pub fn dot_int4(codes: &[i8], weights: &[u8], scales: &[u8]) -> i32 {
    debug_assert_eq!(codes.len(), 2 * weights.len());
    let width = codes.len() / scales.len();
    let groups = codes.chunks_exact(width).zip(weights.chunks_exact(width / 2)).zip(scales);
    groups
        .map(|((codes, weights), scale)| {
            let pairs = codes.chunks_exact(2).zip(weights);
            let sum: i32 = pairs
                .map(|(codes, byte)| {
                    let [even, odd] = unpack_int4(*byte);
                    i32::from(codes[0]) * i32::from(even) + i32::from(codes[1]) * i32::from(odd)
                })
                .sum();
            sum * i32::from(*scale)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn every_byte_holds_two_codes() {
        assert_eq!(unpack_int4(0x8f), [-1, -8]);
        assert_eq!(unpack_int4(0x07), [7, 0]);
    }

    proptest! {
        #[test]
        fn equals_the_sum_of_products(
            codes in proptest::collection::vec(-127i8..=127, 64),
            weights in proptest::collection::vec(any::<u8>(), 32),
            scales in proptest::collection::vec(any::<u8>(), 2),
        ) {
            let expanded: Vec<i64> = weights.iter().flat_map(|b| unpack_int4(*b)).map(i64::from).collect();
            let products = codes.iter().zip(&expanded).enumerate();
            let expected: i64 = products.map(|(i, (x, w))| i64::from(*x) * w * i64::from(scales[i / 32])).sum();
            prop_assert_eq!(i64::from(dot_int4(&codes, &weights, &scales)), expected);
        }
    }
}

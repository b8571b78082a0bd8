//! The way of units without code of their own: groups of weights unpacked into a tile and multiplied as int8.

use super::Int4Rows;
use crate::{MAX_TOKENS, isa::Isa};

/// Widest group.
const MAX_GROUP: usize = 128;
/// Rows of weights of one tile.
const UNPACKED_ROWS: usize = 32;

impl Isa {
    /// [`Isa::int4_products`] by way of [`Isa::products`].
    pub(super) fn unpacked_products(
        self,
        weights: Int4Rows<'_>,
        codes: &[i8],
        columns: usize,
        products: &mut [i32],
    ) {
        let (rows, tokens) = (2 * weights.pairs.len() / columns, codes.len() / columns);
        let (group, groups) = (weights.group, columns / weights.group);
        let mut tile = [0i8; UNPACKED_ROWS * MAX_GROUP];
        let mut inputs = [0i8; MAX_TOKENS * MAX_GROUP];
        let mut sums = [0i32; UNPACKED_ROWS * MAX_TOKENS];
        products.fill(0);
        for first in (0..rows).step_by(UNPACKED_ROWS) {
            let count = UNPACKED_ROWS.min(rows - first);
            let weights = weights.rows(columns, first, count);
            for index in 0..groups {
                let pairs = weights.pairs.chunks_exact(columns / 2);
                for (row, codes) in pairs.zip(tile.chunks_exact_mut(group)) {
                    unpack(&row[index * group / 2..][..group / 2], codes);
                }
                let rows_of_codes = codes.chunks_exact(columns).zip(inputs.chunks_exact_mut(group));
                for (row, input) in rows_of_codes {
                    input.copy_from_slice(&row[index * group..][..group]);
                }
                let sums = &mut sums[..count * tokens];
                self.products(&tile[..count * group], &inputs[..tokens * group], group, sums);
                let scales = weights.group_scales[index..].iter().step_by(groups);
                for (token, sums) in sums.chunks_exact(count).enumerate() {
                    let place = &mut products[token * rows + first..][..count];
                    for ((product, sum), scale) in place.iter_mut().zip(sums).zip(scales.clone()) {
                        *product += sum * i32::from(*scale);
                    }
                }
            }
        }
    }
}

/// `stoa_exact::unpack_int4` of every byte.
fn unpack(pairs: &[u8], codes: &mut [i8]) {
    for (codes, pair) in codes.as_chunks_mut::<2>().0.iter_mut().zip(pairs) {
        *codes = stoa_exact::unpack_int4(*pair);
    }
}

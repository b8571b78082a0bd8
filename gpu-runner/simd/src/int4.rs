//! int4 products: groups of weights unpacked into a tile, multiplied as int8, then scaled.

use crate::{MAX_TOKENS, isa::Isa};

/// Widest group.
const MAX_GROUP: usize = 128;
/// Rows of weights of one tile.
const TILE_ROWS: usize = 32;

/// Rows of int4 weights, as `stoa_exact::dot_int4` reads them.
#[derive(Debug, Clone, Copy)]
pub struct Int4Rows<'a> {
    /// Two codes a byte, `[rows][columns / 2]`.
    pub pairs: &'a [u8],
    /// `[rows][columns / group]`.
    pub group_scales: &'a [u8],
    /// Inputs of a group: one of `stoa_exact::INT4_GROUP_WIDTHS`.
    pub group: usize,
}

impl Isa {
    /// `products[t * rows + r] = dot_int4(codes[t], row r)`.
    ///
    /// `codes` is `[tokens][columns]`, at most [`MAX_TOKENS`] tokens; the bound `int4 accumulator` keeps every partial
    /// sum inside `i32`.
    pub fn int4_products(
        self,
        weights: Int4Rows<'_>,
        codes: &[i8],
        columns: usize,
        products: &mut [i32],
    ) {
        let Int4Rows { pairs, group_scales, group } = weights;
        products.fill(0);
        if products.is_empty() || columns == 0 {
            return;
        }
        let (rows, tokens) = (2 * pairs.len() / columns, codes.len() / columns);
        assert!(stoa_exact::INT4_GROUP_WIDTHS.contains(&(group as u32)));
        assert!(tokens <= MAX_TOKENS, "more tokens than one call takes");
        assert_eq!(products.len(), rows * tokens);
        let groups = columns / group;
        assert!(columns == groups * group && group_scales.len() == rows * groups);
        let mut tile = [0i8; TILE_ROWS * MAX_GROUP];
        let mut inputs = [0i8; MAX_TOKENS * MAX_GROUP];
        let mut sums = [0i32; TILE_ROWS * MAX_TOKENS];
        for first in (0..rows).step_by(TILE_ROWS) {
            let count = TILE_ROWS.min(rows - first);
            for index in 0..groups {
                let pairs = pairs[first * columns / 2..].chunks_exact(columns / 2).take(count);
                self.vectorised(|| {
                    for (row, codes) in pairs.zip(tile.chunks_exact_mut(group)) {
                        unpack(&row[index * group / 2..][..group / 2], codes);
                    }
                });
                let rows_of_codes = codes.chunks_exact(columns).zip(inputs.chunks_exact_mut(group));
                for (row, input) in rows_of_codes {
                    input.copy_from_slice(&row[index * group..][..group]);
                }
                let sums = &mut sums[..count * tokens];
                self.products(&tile[..count * group], &inputs[..tokens * group], group, sums);
                let scales = group_scales[first * groups + index..].iter().step_by(groups);
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
#[inline(always)]
fn unpack(pairs: &[u8], codes: &mut [i8]) {
    for (codes, pair) in codes.as_chunks_mut::<2>().0.iter_mut().zip(pairs) {
        *codes = stoa_exact::unpack_int4(*pair);
    }
}

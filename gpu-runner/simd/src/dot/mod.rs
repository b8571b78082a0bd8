//! int8 products: rows of weights times rows of codes, exact 32-bit sums.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;

use crate::{
    MAX_TOKENS,
    isa::{Isa, Unit},
};

/// Rows of weights that one tile computes.
const TILE_ROWS: usize = 4;
/// Most tokens of one tile.
const TILE_TOKENS: usize = 4;

/// `sums[t * R + r] = weights[r] · codes[t]` plus [`Tiles::offset`] times the sum of `codes[t]`, modulo 2^32.
///
/// `weights` holds `R` and `codes` `T` rows of `columns` codes. Unsafe to call without the unit.
type Tile = unsafe fn(weights: &[i8], codes: &[i8], columns: usize, sums: &mut [i32]);

/// The tiles of one unit.
struct Tiles {
    /// Tokens of `wide`.
    tokens: usize,
    /// `TILE_ROWS` rows, `tokens` tokens.
    wide: Tile,
    /// `TILE_ROWS` rows, one token.
    tall: Tile,
    /// One row, one token.
    single: Tile,
    /// What a tile adds to each weight, so that it fits an unsigned byte.
    offset: i32,
}

impl Isa {
    /// `products[t * rows + r] = weights[r] · codes[t]`: the sums of `stoa_exact::dot`.
    ///
    /// `weights` is `[rows][columns]` and `codes` is `[tokens][columns]`, at most [`MAX_TOKENS`] tokens;
    /// `columns <= stoa_exact::bounds::MAX_PRODUCT_WIDTH` keeps the sums inside `i32`.
    pub fn products(self, weights: &[i8], codes: &[i8], columns: usize, products: &mut [i32]) {
        if products.is_empty() || columns == 0 {
            return products.fill(0);
        }
        let (rows, tokens) = (weights.len() / columns, codes.len() / columns);
        assert!(tokens <= MAX_TOKENS, "more tokens than one call takes");
        assert_eq!(weights.len(), rows * columns);
        assert_eq!(codes.len(), tokens * columns);
        assert_eq!(products.len(), rows * tokens);
        let Some(tiles) = tiles(self.0) else {
            return scalar(weights, codes, columns, products);
        };
        let mut offsets = [0; MAX_TOKENS];
        if tiles.offset != 0 {
            for (offset, row) in offsets.iter_mut().zip(codes.chunks_exact(columns)) {
                *offset = tiles.offset.wrapping_mul(self.vectorised(|| sum(row)));
            }
        }
        walk(&tiles, [weights, codes], columns, &offsets, products);
    }
}

/// Rows outside, tokens inside: the weights of a tile stay in the nearest cache while all tokens pass.
fn walk(
    tiles: &Tiles,
    [weights, codes]: [&[i8]; 2],
    columns: usize,
    offsets: &[i32; MAX_TOKENS],
    products: &mut [i32],
) {
    let (rows, tokens) = (weights.len() / columns, codes.len() / columns);
    let mut sums = [0; TILE_ROWS * TILE_TOKENS];
    let mut row = 0;
    while row < rows {
        let is_whole = rows - row >= TILE_ROWS;
        let tile_rows = if is_whole { TILE_ROWS } else { 1 };
        let tile_weights = &weights[row * columns..][..tile_rows * columns];
        let mut token = 0;
        while token < tokens {
            let is_wide = is_whole && tokens - token >= tiles.tokens;
            let (tile, tile_tokens) = match (is_wide, is_whole) {
                (true, _) => (tiles.wide, tiles.tokens),
                (false, true) => (tiles.tall, 1),
                (false, false) => (tiles.single, 1),
            };
            let tile_codes = &codes[token * columns..][..tile_tokens * columns];
            // SAFETY: `tiles` came from a detected unit.
            #[allow(unsafe_code, reason = "calls code compiled for a detected unit")]
            unsafe {
                tile(tile_weights, tile_codes, columns, &mut sums);
            }
            for (index, sums) in sums.chunks(tile_rows).take(tile_tokens).enumerate() {
                let place = &mut products[(token + index) * rows + row..][..tile_rows];
                for (product, sum) in place.iter_mut().zip(sums) {
                    *product = sum.wrapping_sub(offsets[token + index]);
                }
            }
            token += tile_tokens;
        }
        row += tile_rows;
    }
}

/// The definition, row by row.
fn scalar(weights: &[i8], codes: &[i8], columns: usize, products: &mut [i32]) {
    let rows = weights.len() / columns;
    for (codes, products) in codes.chunks_exact(columns).zip(products.chunks_exact_mut(rows)) {
        for (row, product) in weights.chunks_exact(columns).zip(products) {
            *product = stoa_exact::dot(row, codes);
        }
    }
}

#[inline(always)]
fn sum(codes: &[i8]) -> i32 {
    codes.iter().fold(0i32, |sum, code| sum.wrapping_add(i32::from(*code)))
}

fn tiles(unit: Unit) -> Option<Tiles> {
    match unit {
        Unit::Scalar => None,
        #[cfg(target_arch = "x86_64")]
        Unit::Avx2 => Some(Tiles {
            tokens: 2,
            wide: avx2::tile::<TILE_ROWS, 2>,
            tall: avx2::tile::<TILE_ROWS, 1>,
            single: avx2::tile::<1, 1>,
            offset: 0,
        }),
        #[cfg(target_arch = "x86_64")]
        Unit::Avx512Vnni => Some(Tiles {
            tokens: TILE_TOKENS,
            wide: avx512::tile::<TILE_TOKENS>,
            tall: avx512::tile::<1>,
            single: avx512::single,
            offset: 128,
        }),
        #[cfg(target_arch = "aarch64")]
        Unit::NeonDot => Some(Tiles {
            tokens: TILE_TOKENS,
            wide: neon::tile::<TILE_ROWS, TILE_TOKENS>,
            tall: neon::tile::<TILE_ROWS, 1>,
            single: neon::tile::<1, 1>,
            offset: 0,
        }),
    }
}

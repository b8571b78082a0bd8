//! int4 products: rows of int4 weights with integer group scales times rows of codes, exact 32-bit sums.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod unpacked;

use crate::{
    MAX_TOKENS,
    isa::{Isa, Unit},
};

/// Rows of weights that one tile computes.
const TILE_ROWS: usize = 4;
/// Most tokens of one tile.
const TILE_TOKENS: usize = 4;

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

impl<'a> Int4Rows<'a> {
    /// Rows from `first` on.
    fn rows(self, columns: usize, first: usize, count: usize) -> Self {
        let groups = columns / self.group;
        Self {
            pairs: &self.pairs[first * columns / 2..][..count * columns / 2],
            group_scales: &self.group_scales[first * groups..][..count * groups],
            ..self
        }
    }
}

/// `sums[t * R + r] = dot_int4(codes[t], row r)` of `R` rows and `T` tokens. Unsafe to call without the unit.
type Tile = unsafe fn(weights: Int4Rows<'_>, codes: &[i8], columns: usize, sums: &mut [i32]);

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
        if products.is_empty() || columns == 0 {
            return products.fill(0);
        }
        let group = weights.group;
        let (rows, tokens) = (2 * weights.pairs.len() / columns, codes.len() / columns);
        assert!(stoa_exact::INT4_GROUP_WIDTHS.contains(&(group as u32)));
        assert!(tokens <= MAX_TOKENS, "more tokens than one call takes");
        assert_eq!(codes.len(), tokens * columns);
        assert_eq!(products.len(), rows * tokens);
        assert_eq!(2 * weights.pairs.len(), rows * columns);
        assert_eq!(weights.group_scales.len() * group, rows * columns);
        assert!(columns.is_multiple_of(group));
        match tiles(self.0) {
            None => self.unpacked_products(weights, codes, columns, products),
            Some(tiles) => walk(&tiles, weights, codes, columns, products),
        }
    }
}

/// Rows outside, tokens inside: the weights of a tile stay in the nearest cache while all tokens pass.
fn walk(tiles: &Tiles, weights: Int4Rows<'_>, codes: &[i8], columns: usize, products: &mut [i32]) {
    let (rows, tokens) = (2 * weights.pairs.len() / columns, codes.len() / columns);
    let mut sums = [0; TILE_ROWS * TILE_TOKENS];
    let mut row = 0;
    while row < rows {
        let is_whole = rows - row >= TILE_ROWS;
        let tile_rows = if is_whole { TILE_ROWS } else { 1 };
        let tile_weights = weights.rows(columns, row, tile_rows);
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
                products[(token + index) * rows + row..][..tile_rows].copy_from_slice(sums);
            }
            token += tile_tokens;
        }
        row += tile_rows;
    }
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
        }),
        #[cfg(target_arch = "x86_64")]
        Unit::Avx512Vnni => Some(Tiles {
            tokens: TILE_TOKENS,
            wide: avx512::tile::<TILE_ROWS, TILE_TOKENS>,
            tall: avx512::tile::<TILE_ROWS, 1>,
            single: avx512::tile::<1, 1>,
        }),
        #[cfg(target_arch = "aarch64")]
        Unit::NeonDot => None,
    }
}

//! AVX2: bytes are widened to 16 bits and multiplied by `vpmaddwd`, which is exact for every code; the byte
//! instruction `vpmaddubsw` would saturate.
#![allow(unsafe_code, reason = "loads of vectors take pointers")]

use std::arch::x86_64::*;

/// Codes that one vector of 16-bit lanes holds.
const CODES: usize = 16;

/// `ROWS` rows of weights, `TOKENS` rows of codes.
#[target_feature(enable = "avx2")]
pub fn tile<const ROWS: usize, const TOKENS: usize>(
    weights: &[i8],
    codes: &[i8],
    columns: usize,
    sums: &mut [i32],
) {
    assert!(weights.len() >= ROWS * columns && codes.len() >= TOKENS * columns);
    let whole = columns - columns % CODES;
    let mut totals = [[_mm256_setzero_si256(); ROWS]; TOKENS];
    for at in (0..whole).step_by(CODES) {
        let mut cells = [_mm256_setzero_si256(); ROWS];
        for (row, cell) in cells.iter_mut().enumerate() {
            // SAFETY: 16 bytes from `at` end at or before the row's end, and the assertion proved the row.
            *cell = unsafe { widened(weights.as_ptr().add(row * columns + at)) };
        }
        for (token, totals) in totals.iter_mut().enumerate() {
            // SAFETY: as above, for row `token` of the codes.
            let code = unsafe { widened(codes.as_ptr().add(token * columns + at)) };
            for (total, cell) in totals.iter_mut().zip(&cells) {
                *total = _mm256_add_epi32(*total, _mm256_madd_epi16(*cell, code));
            }
        }
    }
    for (token, totals) in totals.into_iter().enumerate() {
        for (row, total) in totals.into_iter().enumerate() {
            let left = &weights[row * columns + whole..(row + 1) * columns];
            let right = &codes[token * columns + whole..(token + 1) * columns];
            sums[token * ROWS + row] = lanes(total).wrapping_add(stoa_exact::dot(left, right));
        }
    }
}

/// # Safety
/// 16 bytes are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn widened(from: *const i8) -> __m256i {
    // SAFETY: the caller's promise; the load needs no alignment.
    _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(from.cast()) })
}

/// The sum of the eight lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn lanes(total: __m256i) -> i32 {
    let four = _mm_add_epi32(_mm256_castsi256_si128(total), _mm256_extracti128_si256::<1>(total));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two)))
}

//! AVX-512-VNNI: `vpdpbusd` multiplies unsigned by signed bytes, so 128 is added to each weight (the caller takes
//! 128 times the sum of the codes off again). The instruction wraps and does not saturate, so the result is exact
//! modulo 2^32, whatever the codes.
#![allow(unsafe_code, reason = "loads and stores of vectors take pointers")]

use std::arch::x86_64::*;

use super::TILE_ROWS as ROWS;

/// Bytes of one vector.
const BYTES: usize = 64;

/// Four rows of weights, `TOKENS` rows of codes.
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub fn tile<const TOKENS: usize>(weights: &[i8], codes: &[i8], columns: usize, sums: &mut [i32]) {
    assert!(weights.len() >= ROWS * columns && codes.len() >= TOKENS * columns);
    let whole = columns - columns % BYTES;
    let mut totals = [[_mm512_setzero_si512(); ROWS]; TOKENS];
    for at in (0..whole).step_by(BYTES) {
        // SAFETY: 64 bytes from `at` end at or before the end of each row; the assertion proved the rows.
        unsafe { add_cells(&mut totals, [weights, codes], columns, at, u64::MAX) };
    }
    if whole < columns {
        // SAFETY: the mask ends with each row.
        unsafe {
            add_cells(&mut totals, [weights, codes], columns, whole, (1 << (columns - whole)) - 1)
        };
    }
    for (totals, sums) in totals.into_iter().zip(sums.chunks_exact_mut(ROWS)) {
        // SAFETY: `sums` holds four words.
        unsafe { _mm_storeu_si128(sums.as_mut_ptr().cast(), four_sums(totals)) };
    }
}

/// One row of weights, one row of codes.
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub fn single(weights: &[i8], codes: &[i8], columns: usize, sums: &mut [i32]) {
    assert!(weights.len() >= columns && codes.len() >= columns);
    let whole = columns - columns % BYTES;
    let mut total = [[_mm512_setzero_si512(); 1]; 1];
    for at in (0..whole).step_by(BYTES) {
        // SAFETY: as in `tile`, for one row each.
        unsafe { add_cells(&mut total, [weights, codes], columns, at, u64::MAX) };
    }
    if whole < columns {
        // SAFETY: the mask ends with the row.
        unsafe {
            add_cells(&mut total, [weights, codes], columns, whole, (1 << (columns - whole)) - 1)
        };
    }
    sums[0] = _mm512_reduce_add_epi32(total[0][0]);
}

/// Adds the products of the bytes at `at` that `mask` names. Bytes outside it read as 0 and add nothing.
///
/// # Safety
/// Those bytes lie inside each of the `N` rows of weights and `TOKENS` rows of codes.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn add_cells<const N: usize, const TOKENS: usize>(
    totals: &mut [[__m512i; N]; TOKENS],
    [weights, codes]: [&[i8]; 2],
    columns: usize,
    at: usize,
    mask: u64,
) {
    let flip = _mm512_set1_epi8(-128);
    let mut cells = [flip; N];
    for (row, cell) in cells.iter_mut().enumerate() {
        // SAFETY: the caller's promise; a masked load touches no other byte.
        let bytes =
            unsafe { _mm512_maskz_loadu_epi8(mask, weights.as_ptr().add(row * columns + at)) };
        *cell = _mm512_xor_si512(bytes, flip);
    }
    for (token, totals) in totals.iter_mut().enumerate() {
        // SAFETY: as above.
        let code =
            unsafe { _mm512_maskz_loadu_epi8(mask, codes.as_ptr().add(token * columns + at)) };
        for (total, cell) in totals.iter_mut().zip(&cells) {
            *total = _mm512_dpbusd_epi32(*total, *cell, code);
        }
    }
}

/// The sums of the lanes of four vectors.
#[inline]
#[target_feature(enable = "avx2,avx512f")]
fn four_sums([a, b, c, d]: [__m512i; ROWS]) -> __m128i {
    let ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    let four = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    let half = _mm256_add_epi32(_mm512_castsi512_si256(four), _mm512_extracti64x4_epi64::<1>(four));
    _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256::<1>(half))
}

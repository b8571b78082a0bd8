//! AVX-512-VNNI: 128 weights a step. `vpdpbusd` multiplies unsigned by signed bytes, so 8 is added to each weight by
//! flipping its highest bit, and 8 times the codes is taken off again.
#![allow(unsafe_code, reason = "loads of vectors take pointers")]

use std::arch::x86_64::*;

use super::Int4Rows;

/// Weights of one step: 64 bytes of pairs.
const STEP: usize = 128;

/// `R` rows of weights, `T` rows of codes.
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub fn tile<const R: usize, const T: usize>(
    weights: Int4Rows<'_>,
    codes: &[i8],
    columns: usize,
    sums: &mut [i32],
) {
    let Int4Rows { pairs, group_scales, group } = weights;
    let groups = columns / group;
    assert!(columns.is_multiple_of(group) && STEP.is_multiple_of(group));
    assert!(2 * pairs.len() >= R * columns && codes.len() >= T * columns);
    assert!(group_scales.len() >= R * groups && sums.len() >= R * T);
    let spread = spread(group);
    let mut totals = [[_mm512_setzero_si512(); R]; T];
    for at in (0..columns).step_by(STEP) {
        let count = STEP.min(columns - at);
        let mut inputs = [[_mm512_setzero_si512(); 3]; T];
        for (token, input) in inputs.iter_mut().enumerate() {
            // SAFETY: `count` codes from `at` on lie inside the row; the assertion proved the rows.
            *input = unsafe { halves(codes.as_ptr().add(token * columns + at), count) };
        }
        for row in 0..R {
            let place = pairs.as_ptr().wrapping_add((row * columns + at) / 2);
            // SAFETY: the mask ends with the row.
            let bytes = unsafe { _mm512_maskz_loadu_epi8(first(count / 2), place.cast()) };
            // The rows behind these are the next tile.
            _mm_prefetch::<_MM_HINT_T0>(place.wrapping_add(R * columns / 2).cast());
            let low = _mm512_and_si512(bytes, _mm512_set1_epi8(15));
            let high = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), _mm512_set1_epi8(15));
            let eight = _mm512_set1_epi8(8);
            let front = _mm512_xor_si512(_mm512_unpacklo_epi8(low, high), eight);
            let back = _mm512_xor_si512(_mm512_unpackhi_epi8(low, high), eight);
            let scales = &group_scales[row * groups + at / group..][..count / group];
            let scales = scales_of(scales, spread);
            for (totals, [front_codes, back_codes, offset]) in totals.iter_mut().zip(&inputs) {
                let half = _mm512_dpbusd_epi32(*offset, front, *front_codes);
                let sum = _mm512_dpbusd_epi32(half, back, *back_codes);
                totals[row] = _mm512_add_epi32(totals[row], _mm512_mullo_epi32(sum, scales));
            }
        }
    }
    for (place, total) in sums.iter_mut().zip(totals.iter().flatten()) {
        *place = _mm512_reduce_add_epi32(*total);
    }
}

/// The lowest `count` bits, at most 64.
#[inline]
fn first(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// Codes of one step in the order in which weights are unpacked (the first and the second 16 of every 32), and -8 times
/// their sums. Codes behind `count` are 0.
///
/// # Safety
/// `count` codes, at most [`STEP`], lie at `codes`.
#[inline]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn halves(codes: *const i8, count: usize) -> [__m512i; 3] {
    // SAFETY: the masks end with the codes; masked bytes are not read.
    let (low, high) = unsafe {
        (
            _mm512_maskz_loadu_epi8(first(count), codes),
            _mm512_maskz_loadu_epi8(first(count.saturating_sub(64)), codes.wrapping_add(64)),
        )
    };
    let front = _mm512_shuffle_i64x2::<0b10_00_10_00>(low, high);
    let back = _mm512_shuffle_i64x2::<0b11_01_11_01>(low, high);
    let eight = _mm512_set1_epi8(8);
    let sums = _mm512_dpbusd_epi32(_mm512_setzero_si512(), eight, front);
    let sums = _mm512_dpbusd_epi32(sums, eight, back);
    [front, back, _mm512_sub_epi32(_mm512_setzero_si512(), sums)]
}

/// For each of 16 words the index of its group in a step: a quarter of a vector is 32 weights.
#[inline]
#[target_feature(enable = "avx2")]
fn spread(group: usize) -> __m128i {
    let indices: [u8; 16] = std::array::from_fn(|word| (word / 4 * 32 / group) as u8);
    // SAFETY: 16 bytes are loaded from an array of 16.
    unsafe { _mm_loadu_si128(indices.as_ptr().cast()) }
}

/// The scale of every word of a step; groups behind the row have scale 0.
#[inline]
#[target_feature(enable = "avx2,avx512f")]
fn scales_of(scales: &[u8], spread: __m128i) -> __m512i {
    let mut bytes = [0; 4];
    for (byte, scale) in bytes.iter_mut().zip(scales) {
        *byte = *scale;
    }
    let packed = _mm_cvtsi32_si128(i32::from_le_bytes(bytes));
    _mm512_cvtepu8_epi32(_mm_shuffle_epi8(packed, spread))
}

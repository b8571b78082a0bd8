//! AVX2: 64 weights a step, by products of unsigned with signed bytes. 8 is added to each weight by flipping its highest
//! bit, and 8 times the codes is taken off again; pairs of products stay below 2^13, so nothing saturates.
#![allow(unsafe_code, reason = "loads of vectors take pointers")]

use std::arch::x86_64::*;

use super::Int4Rows;

/// Weights of one step: 32 bytes of pairs.
const STEP: usize = 64;

/// `R` rows of weights, `T` rows of codes.
#[target_feature(enable = "avx2")]
pub fn tile<const R: usize, const T: usize>(
    weights: Int4Rows<'_>,
    codes: &[i8],
    columns: usize,
    sums: &mut [i32],
) {
    let Int4Rows { pairs, group_scales, group } = weights;
    let groups = columns / group;
    assert!(columns.is_multiple_of(group) && columns.is_multiple_of(32));
    assert!(2 * pairs.len() >= R * columns && codes.len() >= T * columns);
    assert!(group_scales.len() >= R * groups && sums.len() >= R * T);
    let mut totals = [[_mm256_setzero_si256(); R]; T];
    for at in (0..columns).step_by(STEP) {
        // The last step of a row may have 32 weights.
        let is_whole = columns - at >= STEP;
        let mut inputs = [[_mm256_setzero_si256(); 3]; T];
        for (token, input) in inputs.iter_mut().enumerate() {
            // SAFETY: 64 or 32 codes from `at` on lie inside the row; the assertion proved the rows.
            *input = unsafe { halves(codes.as_ptr().add(token * columns + at), is_whole) };
        }
        for row in 0..R {
            let place = pairs.as_ptr().wrapping_add((row * columns + at) / 2);
            // SAFETY: 32 or 16 bytes of pairs lie inside the row.
            let bytes = unsafe {
                match is_whole {
                    true => _mm256_loadu_si256(place.cast()),
                    false => _mm256_zextsi128_si256(_mm_loadu_si128(place.cast())),
                }
            };
            let low = _mm256_and_si256(bytes, _mm256_set1_epi8(15));
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(15));
            let eight = _mm256_set1_epi8(8);
            let front = _mm256_xor_si256(_mm256_unpacklo_epi8(low, high), eight);
            let back = _mm256_xor_si256(_mm256_unpackhi_epi8(low, high), eight);
            let scales = &group_scales[row * groups..][..groups];
            let scale = |at: usize| scales.get(at / group).map_or(0, |scale| i32::from(*scale));
            // Half a vector is 32 weights.
            let scales =
                _mm256_set_m128i(_mm_set1_epi32(scale(at + 32)), _mm_set1_epi32(scale(at)));
            for (totals, [front_codes, back_codes, offset]) in totals.iter_mut().zip(&inputs) {
                let sum = _mm256_add_epi16(
                    _mm256_maddubs_epi16(front, *front_codes),
                    _mm256_maddubs_epi16(back, *back_codes),
                );
                let sum = _mm256_sub_epi16(sum, *offset);
                let sum = _mm256_madd_epi16(sum, _mm256_set1_epi16(1));
                totals[row] = _mm256_add_epi32(totals[row], _mm256_mullo_epi32(sum, scales));
            }
        }
    }
    for (place, total) in sums.iter_mut().zip(totals.iter().flatten()) {
        *place = sum_of(*total);
    }
}

/// Codes of one step in the order in which weights are unpacked (the first and the second 16 of every 32), and 8 times
/// the sums of pairs of them. The second 32 are 0 where the step is not whole.
///
/// # Safety
/// 64 codes lie at `codes`, or 32 where the step is not whole.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn halves(codes: *const i8, is_whole: bool) -> [__m256i; 3] {
    // SAFETY: the caller's promise.
    let (low, high) = unsafe {
        let low = _mm256_loadu_si256(codes.cast());
        match is_whole {
            true => (low, _mm256_loadu_si256(codes.add(32).cast())),
            false => (low, _mm256_setzero_si256()),
        }
    };
    let front = _mm256_permute2x128_si256::<0x20>(low, high);
    let back = _mm256_permute2x128_si256::<0x31>(low, high);
    let eight = _mm256_set1_epi8(8);
    let sums =
        _mm256_add_epi16(_mm256_maddubs_epi16(eight, front), _mm256_maddubs_epi16(eight, back));
    [front, back, sums]
}

/// The sum of the lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_of(total: __m256i) -> i32 {
    let half = _mm_add_epi32(_mm256_castsi256_si128(total), _mm256_extracti128_si256::<1>(total));
    let pair = _mm_add_epi32(half, _mm_shuffle_epi32::<0b01_00_11_10>(half));
    _mm_cvtsi128_si32(_mm_add_epi32(pair, _mm_shuffle_epi32::<0b10_11_00_01>(pair)))
}

//! NEON with dot products: `sdot` multiplies signed bytes and adds to 32-bit lanes, exact modulo 2^32.
#![allow(unsafe_code, reason = "loads of vectors take pointers; `sdot` has no stable intrinsic")]

use std::arch::{aarch64::*, asm};

/// Bytes of one vector.
const BYTES: usize = 16;

/// `ROWS` rows of weights, `TOKENS` rows of codes.
#[target_feature(enable = "neon,dotprod")]
pub fn tile<const ROWS: usize, const TOKENS: usize>(
    weights: &[i8],
    codes: &[i8],
    columns: usize,
    sums: &mut [i32],
) {
    assert!(weights.len() >= ROWS * columns && codes.len() >= TOKENS * columns);
    let whole = columns - columns % BYTES;
    let mut totals = [[vdupq_n_s32(0); ROWS]; TOKENS];
    for at in (0..whole).step_by(BYTES) {
        let mut cells = [vdupq_n_s8(0); ROWS];
        for (row, cell) in cells.iter_mut().enumerate() {
            // SAFETY: 16 bytes from `at` end at or before the row's end, and the assertion proved the row.
            *cell = unsafe { vld1q_s8(weights.as_ptr().add(row * columns + at)) };
        }
        for (token, totals) in totals.iter_mut().enumerate() {
            // SAFETY: as above, for row `token` of the codes.
            let code = unsafe { vld1q_s8(codes.as_ptr().add(token * columns + at)) };
            for (total, cell) in totals.iter_mut().zip(&cells) {
                *total = dot(*total, *cell, code);
            }
        }
    }
    for (token, totals) in totals.into_iter().enumerate() {
        for (row, total) in totals.into_iter().enumerate() {
            let left = &weights[row * columns + whole..(row + 1) * columns];
            let right = &codes[token * columns + whole..(token + 1) * columns];
            let tail = stoa_exact::dot(left, right);
            sums[token * ROWS + row] = vaddvq_s32(total).wrapping_add(tail);
        }
    }
}

/// Each lane plus the dot product of its four bytes.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn dot(mut total: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: one instruction of an enabled feature, registers only.
    unsafe {
        asm!(
            "sdot {total:v}.4s, {a:v}.16b, {b:v}.16b",
            total = inout(vreg) total,
            a = in(vreg) a,
            b = in(vreg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    total
}
